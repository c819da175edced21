from oncosecure.ui import page

page.show("brain_mri")
