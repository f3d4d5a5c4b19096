# embed_sql(<target> <set> <dir>): embeds <dir>/*.sql and <dir>/migrations/*.sql.
# Makes build-tree header "<set>_sql.h" (enum STMT_<stem>, declarations) and a source with
# `const db_stmt_set_t <set>_statements` and `const db_migration_set_t <set>_migrations`.
function(embed_sql target set dir)
  file(GLOB files CONFIGURE_DEPENDS ${dir}/*.sql ${dir}/migrations/*.sql)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/sql)
  add_custom_command(
    OUTPUT ${out}/${set}_sql.h ${out}/${set}_sql.c
    COMMAND ${CMAKE_COMMAND} -DSET=${set} -DDIR=${dir} -DOUT=${out} -P ${CMAKE_SOURCE_DIR}/cmake/embed_sql_script.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_sql_script.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/${set}_sql.c ${out}/${set}_sql.h)
  target_include_directories(${target} PRIVATE ${out})
endfunction()
