/* The files of the status page, compressed when the program is built, as constants. */
.macro embed name, file
  .global \name
  .global \name\()_end
\name:
  .incbin "\file"
\name\()_end:
.endm

.section .rodata
embed hostpulse_page_css, "page.css.gz"
embed hostpulse_page_script, "live.js.gz"
embed hostpulse_page_dygraph, "dygraph.js.gz"

.section .note.GNU-stack, "", %progbits
