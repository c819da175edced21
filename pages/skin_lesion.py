from oncosecure.ui import page

page.show("skin_lesion")
