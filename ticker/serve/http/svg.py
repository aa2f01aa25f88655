"""What all our pictures in SVG share."""

# Programs that draw a picture outside a browser know no `system-ui`, and some no generic family at all: without a name
# of a font that is installed there they leave out all text, and say nothing.
FONTS = (
    '-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans","Liberation Sans",Ubuntu,Cantarell,Arial,Helvetica,'
    "system-ui,sans-serif"
)
