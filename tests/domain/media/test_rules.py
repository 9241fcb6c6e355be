import pytest

from domain.media.rules import clean_name


@pytest.mark.parametrize(
    ("sent", "clean"),
    [
        ("ouchy.jpg", "ouchy.jpg"),
        ("Été à Ouchy.JPEG", "Été à Ouchy.jpg"),
        ("evil.html", "evil.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\pictures\\ouchy.png", "ouchy.jpg"),
        ('a"b\r\nSet-Cookie: x.jpg', "abSet-Cookie x.jpg"),
        ("annexe\u202egpj.exe", "annexegpj.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        ("x" * 500 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_names_are_made_harmless(sent: str, clean: str) -> None:
    assert clean_name(sent, "image/jpeg") == clean
