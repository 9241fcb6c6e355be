"""Small PDF documents, written by hand."""


def pdf(*lines: str, made_by: str = "Parvis", pages: int = 1) -> bytes:
    """Pages that each say these lines; `made_by` changes its bytes and nothing that it says."""
    shown = b"".join(b"(%s) Tj 0 -20 Td " % line.encode("latin-1") for line in lines)
    stream = b"BT /F1 12 Tf 40 700 Td " + shown + b"ET"
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    objects += [page + b"/Resources << /Font << /F1 3 0 R >> >> >>"] * pages
    objects.append(b"<< /Producer (%s) >>" % made_by.encode())
    whole, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (size, table)
    root = b"<< /Size %d /Root 1 0 R /Info %d 0 R >>" % (size, len(objects))
    return whole + end + root + b"\nstartxref\n%d\n%%%%EOF\n" % len(whole)
