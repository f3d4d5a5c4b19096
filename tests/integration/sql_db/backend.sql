-- backend() -> pid of this connection on the server, application, search path
SELECT pg_backend_pid(), current_setting($$application_name$$), current_setting($$search_path$$)
