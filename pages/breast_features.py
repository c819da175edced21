from oncosecure.ui import table_page

table_page.show()
