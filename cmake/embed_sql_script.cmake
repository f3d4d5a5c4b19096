file(GLOB stmts ${DIR}/*.sql)
file(GLOB migrations ${DIR}/migrations/*.sql)
list(SORT stmts)
list(SORT migrations)

function(literal file out)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(${out} "(const char[]){${bytes}0}" PARENT_SCOPE)
endfunction()

set(enum "")
set(rows "")
foreach(file ${stmts})
  get_filename_component(stem ${file} NAME_WE)
  literal(${file} text)
  string(APPEND enum "    STMT_${stem},\n")
  string(APPEND rows "    { \"${stem}\", ${text} },\n")
endforeach()
set(mrows "")
foreach(file ${migrations})
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX MATCH "^0*([0-9]+)" ignore ${stem})
  literal(${file} text)
  string(APPEND mrows "    { ${CMAKE_MATCH_1}, \"${stem}\", ${text} },\n")
endforeach()

string(TOUPPER ${SET} upper)
set(header "/* Generated from ${SET}'s .sql files. */
#ifndef ${upper}_SQL_H
#define ${upper}_SQL_H
#include \"db/db.h\"
enum {
${enum}    STMT_${SET}_COUNT
};
extern const db_stmt_set_t ${SET}_statements;
extern const db_migration_set_t ${SET}_migrations;
#endif
")
set(source "/* Generated from ${SET}'s .sql files. */
#include \"${SET}_sql.h\"
")
if(stmts)
  string(APPEND source "static const db_stmt_t stmts[] = {\n${rows}};\nconst db_stmt_set_t ${SET}_statements = { \"${SET}\", stmts, STMT_${SET}_COUNT };\n")
else()
  string(APPEND source "const db_stmt_set_t ${SET}_statements = { \"${SET}\", 0, 0 };\n")
endif()
if(migrations)
  string(APPEND source "static const db_migration_t migrations[] = {\n${mrows}};\nconst db_migration_set_t ${SET}_migrations = { \"${SET}\", migrations, sizeof(migrations) / sizeof(migrations[0]) };\n")
else()
  string(APPEND source "const db_migration_set_t ${SET}_migrations = { \"${SET}\", 0, 0 };\n")
endif()
file(MAKE_DIRECTORY ${OUT})
file(CONFIGURE OUTPUT ${OUT}/${SET}_sql.h CONTENT "${header}" @ONLY)
file(CONFIGURE OUTPUT ${OUT}/${SET}_sql.c CONTENT "${source}" @ONLY)
