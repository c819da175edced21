from oncosecure.ui import page

page.show("breast_histology")
