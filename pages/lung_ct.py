from oncosecure.ui import page

page.show("lung_ct")
