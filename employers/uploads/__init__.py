"""Lists of openings sent in the browser: checked row by row, corrected in place, imported, undone (岗位清单)."""
