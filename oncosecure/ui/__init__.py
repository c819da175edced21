"""The Streamlit app's components. Pages call `page.show`, `home.show` and `about.show`; they compute nothing."""
