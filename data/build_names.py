"""Build data/names/: one file of surnames a language, from the lists in the PyPI package Faker.

    pip install Faker==40.54.0 anyascii==0.3.3
    python data/build_names.py

Faker supplies the names, anyascii the Latin spelling of the scripts that are not Latin. Neither is needed to use the
project: the files are part of it. data/README.md says what was chosen and why, and how many names each step drops.
"""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

from anyascii import anyascii

from dlsheet.datasets.letters import romanise

FOLDER = Path(__file__).with_name("names")
MOST = 350  # names a language
LONGEST = 18  # letters, once romanised

# Language: lists in faker.providers.person, as locale.attribute. Where women and men bear different forms of one
# surname (Novák, Nováková), the men's list alone: both would be one name on the two sides of the split.
LISTS = {
    "Armenian": ["hy_AM.last_names"],
    "Chinese": ["zh_CN.last_romanized_names", "zh_TW.last_romanized_names"],
    "Croatian": ["hr_HR.last_names"],
    "Czech": ["cs_CZ.last_names_male"],
    "Dutch": ["nl_BE.last_names"],
    "English": ["en_GB.last_names"],
    "Estonian": ["et_EE.last_names_est"],
    "Finnish": ["fi_FI.last_names"],
    "French": ["fr_FR.last_names", "fr_QC.last_names"],
    "Georgian": ["ka_GE.last_names"],
    "German": ["de_AT.last_names", "de_CH.last_names"],
    "Greek": ["el_GR.last_names_male"],
    "Hungarian": ["hu_HU.last_names"],
    "Irish": ["ga_IE.last_names"],
    "Italian": ["it_IT.last_names"],
    "Japanese": ["ja_JP.last_romanized_names"],
    "Polish": ["pl_PL.male_last_names", "pl_PL.unisex_last_names"],
    "Portuguese": ["pt_PT.last_names", "pt_BR.last_names"],
    "Russian": ["ru_RU.last_names_male"],
    "Spanish": ["es_ES.last_names"],
    "Swedish": ["sv_SE.last_names"],
    "Turkish": ["tr_TR.last_names"],
    "Ukrainian": ["uk_UA.last_names_male"],
    "Yoruba": ["yo_NG.last_names_male"],
}

# What passports write, where anyascii goes letter by letter: pattern and replacement, in this order, before it.
SPELLING = {
    "Armenian": {"Ու": "U", "ու": "u", "^Ո": "Vo", "^Ե": "Ye", "և": "ev", "Ռ": "R", "ռ": "r"},
    "Georgian": {},
    "Greek": {
        "[οό][υύ]": "ou", "γγ": "ng", "γχ": "nch", "^Μπ": "B", "^Ντ": "D", "^Γκ": "G",
        "α[υύ](?=[θκξπσςτφχψ])": "af", "ε[υύ](?=[θκξπσςτφχψ])": "ef", "α[υύ]": "av", "ε[υύ]": "ev",
        "^Ευ(?=[θκξπσςτφχψ])": "Ef", "^Αυ(?=[θκξπσςτφχψ])": "Af", "^Ευ": "Ev", "^Αυ": "Av",
    },
    "Russian": {"ь(?=[её])": "й", "[ыи]й$": "y"},
    "Ukrainian": {
        "^Є": "Ye", "^Ї": "Yi", "^Й": "Y", "^Ю": "Yu", "^Я": "Ya", "зг": "zgh", "[ь'’]": "",
        "є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia", "и": "y", "г": "h", "Г": "H",
    },
}  # fmt: skip

WELL_FORMED = re.compile(r"[^\W\d_]+([ '’-][^\W\d_]+)*")

# Out by eye: names that came to the country with recent migration or from the neighbours, where the list counts
# inhabitants and not words of the language; and fragments.
STRANGERS = {
    "Dutch": "Ahmed Ali Carlier David Deprez Diallo Dubois Dupont François Kaur Kaya Lambert Leroy Mahieu Parmentier "
    "Singh Thomas Yildirim Yilmaz",
    "English": "Ahmed Akhtar Ali Begum Bibi Chan Hussain Iqbal Kaur Khan Mahmood Miah Mistry Patel Rahman Shah Singh "
    "Wong",
    "Estonian": "Anderson Hansen Hanson Holm Hunt Klein Korol Kotov Koval Kozlov Krõlov Kudrjavtsev Kulikov Lang Lind "
    "Lukin Martin Meier Melnik Miller Rosenberg Schmidt",
    "Finnish": "Andersson Backman Berg Blomqvist Eklund Eriksson Forsman Grönroos Gustafsson Henriksson Holm Holmberg "
    "Holmström Jansson Johansson Karlsson Lilja Lindberg Lindfors Lindgren Lindholm Lindqvist Lindroos Lindström "
    "Mattsson Nyberg Nylund Nyman Rossi Sjöblom",
    "French": "Alves Becker Costa Da_Costa Da_Silva De_Oliveira De_Sousa Diallo Dias Diaz Dos_Santos Fernandes "
    "Fernandez Ferreira Fischer Garcia Gimenez Gomes Gomez Goncalves Gonzalez Hernandez Klein Lopes Lopez Marques "
    "Martinez Martins Mendès Meyer Moreno Muller Munoz Navarro Nguyen Patel Pereira Perez Pinto Pires Ramos Ribeiro "
    "Rodrigues Rodriguez Rossi Ruiz Sanchez Schmitt Schneider Smith Teixeira Torres Traore Wagner Weber Weiss",
    "Georgian": "Abdulaevi Alieva Alievi Gajieva Gajievi Isaevi Musaeva Musaevi Mustapaeva Mustapaevi Nabievi "
    "Valieva Valievi",
    "German": "Bernasconi Bianchi Farkas Favre Ferrari Horak Jovanovic Kiss Kolar Kral Kucera Marti Nemeth Nowak "
    "Pinter Pokorny Prohaska Rey Simic Toth Varga Yilmaz",
    "Italian": "Dalla Delle Druso Goldstein Jilani Leblanc Lerner Majewski Metella Mozart Niggli Raurica Renault Roth "
    "Smirnoff Sokolov Stein",
    "Polish": "Beck Becker Berg Bernard Bittner Dietrich Engel Ernst Fiedler Freitag Friedrich Frost Geisler Gill "
    "Gordon Gros Heinrich Heller Hermann Hirsch Huber Hubert John Kasper Klaus Klinger Kramer Kroll Kurz Lang Lindner "
    "Lorenz Martin Michel Nagel Neubauer Neugebauer Osman Reich Reichel Reimann Reiter Rudolf Schubert Schwarz Simon "
    "Sommer Stark Stein Thomas Zach Zamora",
    "Swedish": "Abbas Abdi Abdullah Ahmad Ahmadi Ahmed Ali Andersen Chen Christensen Farah Gashi Hanna Hansen Hasan "
    "Hassan Hosseini Hussein Ibrahim Ismail Issa Jafari Jensen Johansen Johnson Jörgensen Khalil Khan Larsen Li Liu "
    "Mohamed Mohammad Mohammadi Mohammed Mohamud Mustafa Nguyen Nielsen Olsen Omar Osman Pedersen Petersen Rasmussen "
    "Said Saleh Schmidt Singh Smith Tran Wang Zhang",
    "Ukrainian": "Bhydenko",
}


def faker_list(source):
    """The names of one list, 'locale.attribute'."""
    locale, attribute = source.split(".")
    return list(getattr(import_module(f"faker.providers.person.{locale}").Provider, attribute))


def latin(name, language):
    """The name in Latin letters; one that is Latin already keeps its accents."""
    if language not in SPELLING:
        return name.title() if name.isupper() else name
    for pattern, replacement in SPELLING[language].items():
        name = re.sub(pattern, replacement, name)
    name = anyascii(name).replace("'", "")
    return name[0].upper() + name[1:]


def candidates(language):
    """{romanised: name} of one language: well-formed, 2 to LONGEST letters, each once, strangers left out."""
    strangers = [name.replace("_", " ") for name in STRANGERS.get(language, "").split()]
    names = {}
    for source in LISTS[language]:
        for name in faker_list(source):
            name = latin(name.strip(), language)
            plain = romanise(name)
            if WELL_FORMED.fullmatch(name) and 2 <= len(plain) <= LONGEST and name not in strangers:
                names.setdefault(plain, name)
    return names


def evenly(names, most):
    """At most `most` of the names, evenly spaced over the list: many lists are in alphabetical order."""
    step = max(1, len(names) / most)
    return [names[int(i * step)] for i in range(min(most, len(names)))]


def main():
    found = {language: candidates(language) for language in LISTS}
    languages_of = Counter(plain for names in found.values() for plain in names)
    FOLDER.mkdir(exist_ok=True)
    for language, names in found.items():
        own = [name for plain, name in names.items() if languages_of[plain] == 1]
        chosen = sorted(evenly(own, MOST), key=romanise)
        (FOLDER / f"{language}.txt").write_text("\n".join(chosen) + "\n", encoding="utf-8", newline="\n")
        listed = sum(len(faker_list(source)) for source in LISTS[language])
        print(f"| {language} | {listed:,} | {len(names):,} | {len(names) - len(own):,} | {len(chosen):,} |")
    shared = sum(count > 1 for count in languages_of.values())
    print(f"{len(languages_of):,} different names in all, {shared:,} of them in several languages")


if __name__ == "__main__":
    main()
