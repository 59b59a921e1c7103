# Embeds migrations/NNNN_name[.dialect].sql: migrations.cpp defines embedded_migrations() of migrate.cpp.
file(GLOB migration_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/migrations/*.sql)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${migration_files})

set(rows "")
foreach(file IN LISTS migration_files)
    get_filename_component(file_name ${file} NAME)
    if(NOT file_name MATCHES "^0*([0-9]+)_([a-z_]+)(\\.([a-z]+))?\\.sql$")
        message(FATAL_ERROR "${file_name}: migrations are called NNNN_name.sql or NNNN_name.dialect.sql")
    endif()
    set(number ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    set(dialect "${CMAKE_MATCH_4}")
    file(READ ${file} text)
    string(APPEND rows "    {${number}, \"${name}\", \"${dialect}\", R\"migration(${text})migration\"},\n")
endforeach()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/storage/migrations.cpp @ONLY CONTENT [[
#include <chatd/sql/migrator.hpp>

namespace chatd::storage {

std::span<const sql::migration> embedded_migrations()
{
    static constexpr sql::migration all[] = {
@rows@    };
    return all;
}

} // namespace chatd::storage
]])
if(TARGET chatd_storage)
    target_sources(chatd_storage PRIVATE ${CMAKE_BINARY_DIR}/generated/storage/migrations.cpp)
endif()
