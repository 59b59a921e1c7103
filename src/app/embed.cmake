# Puts the files that browsers get into the binary: one .incbin per file and a table of them, so that chatd is one file
# and only the pages that are asked for become resident.
set(web ${CMAKE_SOURCE_DIR}/web)
set(modules ${web}/node_modules)
set(client ${modules}/socket.io-client/dist)
set(swagger ${modules}/swagger-ui-dist)
if(NOT EXISTS ${client}/socket.io.js OR NOT EXISTS ${swagger}/swagger-ui-bundle.js)
    message(FATAL_ERROR "web/node_modules is missing: run scripts/setup first")
endif()

# URL path, file, content type, and the page's own Content-Security-Policy ("-": the standard one).
set(embedded
    "/|${web}/index.html|text/html|page"
    "/try|${web}/try.html|text/html|page"
    "/api-docs|${web}/api-docs.html|text/html|docs"
    "/openapi.yaml|${CMAKE_SOURCE_DIR}/openapi.yaml|application/yaml|-"
    "/assets/page.css|${web}/page.css|text/css|-"
    "/assets/try.js|${web}/try.js|text/javascript|-"
    "/assets/api-docs.js|${web}/api-docs.js|text/javascript|-"
    "/assets/favicon.png|${swagger}/favicon-32x32.png|image/png|-"
    "/assets/swagger-ui.css|${swagger}/swagger-ui.css|text/css|-"
    "/assets/swagger-ui-bundle.js|${swagger}/swagger-ui-bundle.js|text/javascript|-"
    "/socket.io/socket.io.js|${client}/socket.io.js|text/javascript|-"
    "/socket.io/socket.io.js.map|${client}/socket.io.js.map|application/json|-"
    "/socket.io/socket.io.min.js|${client}/socket.io.min.js|text/javascript|-"
    "/socket.io/socket.io.min.js.map|${client}/socket.io.min.js.map|application/json|-"
    "/socket.io/socket.io.esm.min.js|${client}/socket.io.esm.min.js|text/javascript|-"
    "/socket.io/socket.io.esm.min.js.map|${client}/socket.io.esm.min.js.map|application/json|-")

set(assembly "    .section .rodata\n")
set(declarations "")
set(rows "")
set(inputs "")
set(index 0)
foreach(entry IN LISTS embedded)
    string(REPLACE "|" ";" parts "${entry}")
    list(GET parts 0 url)
    list(GET parts 1 file)
    list(GET parts 2 type)
    list(GET parts 3 policy)
    list(APPEND inputs ${file})
    string(APPEND assembly "    .global chatd_asset_${index}_begin\nchatd_asset_${index}_begin:\n    .incbin \"${file}\"\n"
                           "    .global chatd_asset_${index}_end\nchatd_asset_${index}_end:\n    .byte 0\n")
    string(APPEND declarations "extern \"C\" const char chatd_asset_${index}_begin[], chatd_asset_${index}_end[];\n")
    string(APPEND rows "    {\"${url}\", chatd_asset_${index}_begin, chatd_asset_${index}_end, \"${type}\", \"${policy}\"},\n")
    math(EXPR index "${index} + 1")
endforeach()

set(generated ${CMAKE_BINARY_DIR}/generated)
file(CONFIGURE OUTPUT ${generated}/assets.S CONTENT "${assembly}    .section .note.GNU-stack,\"\",@progbits\n" @ONLY)
file(CONFIGURE OUTPUT ${generated}/asset_table.inc CONTENT "${rows}" @ONLY)
file(CONFIGURE OUTPUT ${generated}/asset_symbols.inc CONTENT "${declarations}" @ONLY)
set_source_files_properties(${generated}/assets.S PROPERTIES OBJECT_DEPENDS "${inputs}")
target_sources(chatd_app PRIVATE ${generated}/assets.S)
target_include_directories(chatd_app PRIVATE ${generated})
