"""The words of the page: complete in both languages, and asked for by their right names."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
WEB = Path(__file__).parents[2] / "src/chainrule/page/web"
CHINESE = re.compile("[\u3400-\u9fff]")
GAP = re.compile(r"\{(\w+)\}")
# Names, codes and signs that are the same in both languages.
SAME = re.compile(r"[\W\d_]*([A-Za-z][\w.²⁻\-]*[\W\d_]*){0,4}")


@pytest.fixture(scope="module")
def words(node):
    return node("frame_texts.mjs")


def sources():
    for path in sorted(WEB.rglob("*.js")):
        if "vendor" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def test_both_languages_have_the_same_keys(words):
    for name, part in words["parts"].items():
        assert set(part["en"]) == set(part["zh"]), name
        assert part["en"], name


def test_no_text_is_empty_and_gaps_agree(words):
    for name, part in words["parts"].items():
        for key, english in part["en"].items():
            chinese = part["zh"][key]
            assert english.strip() and chinese.strip(), f"{name}.{key}"
            assert set(GAP.findall(english)) == set(GAP.findall(chinese)), f"{name}.{key}"


def test_chinese_is_chinese_and_english_is_not(words):
    for name, part in words["parts"].items():
        for key, english in part["en"].items():
            if name == "shell" and key.startswith("language"):
                continue
            chinese = part["zh"][key]
            assert not CHINESE.search(english), f"{name}.{key}: {english}"
            if not CHINESE.search(chinese):
                assert chinese == english or SAME.fullmatch(chinese), f"{name}.{key}: {chinese}"


def test_chinese_has_chinese_punctuation(words):
    for name, part in words["parts"].items():
        for key, text in part["zh"].items():
            assert not re.search("[\u3400-\u9fff][,;?!]", text), f"{name}.{key}: {text}"


def test_chinese_has_no_blank_beside_its_own_signs(words):
    texts = [text for part in words["parts"].values() for text in part["zh"].values()]
    for text in texts + [chinese for _, chinese in words["pairs"]]:
        assert not re.search("[，。；：！？”）] |[\u3400-\u9fff]  ", text), text


def test_every_key_that_code_asks_for_exists(words):
    parts = words["parts"]
    known = {f"{name}.{key}" for name, part in parts.items() for key in part["en"]}
    asked = re.compile(r'(?:\bt|\bsay|new Refusal)\(\s*"([a-z_]+\.[^"]+)"')
    begun = re.compile(r"\bt\(\s*`([a-z_]+\.[^`$]*)\$\{")
    missing = []
    for path, text in sources():
        where = path.relative_to(WEB).as_posix()
        missing += [f"{where}: {key}" for key in asked.findall(text) if key not in known]
        for start in begun.findall(text):
            if not any(key.startswith(start) for key in known):
                missing.append(f"{where}: {start}...")
    assert not missing, "\n".join(missing)


def test_translations_of_docstrings_are_complete(words):
    lines = [f"{one['key']} {one['topics'][0]}: {one['text']}" for one in words["missing"]]
    assert not lines, "texts/facts_zh.js lacks\n" + "\n".join(lines)
    assert not words["stale"], f"texts/facts_zh.js has translations of no text: {words['stale']}"


def test_translations_keep_codes_and_numbers(words):
    for english, chinese in words["pairs"]:
        assert CHINESE.search(chinese) or "，" in chinese, english
        assert re.findall(r"`[^`]*`", english) == re.findall(r"`[^`]*`", chinese), english
        for number in re.findall(r"\d+\.\d+", english):
            assert number in chinese, english
