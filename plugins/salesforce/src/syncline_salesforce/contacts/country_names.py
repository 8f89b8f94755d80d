"""English names of countries by ISO 3166 code, for organisations whose lists are in another
language, and names that people use besides (`USA`, `UK`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from syncline.model import text

_NAMES: Final = """\
AD Andorra / AE United Arab Emirates; UAE / AF Afghanistan / AG Antigua and Barbuda /
AI Anguilla / AL Albania / AM Armenia / AO Angola / AQ Antarctica / AR Argentina /
AS American Samoa / AT Austria / AU Australia / AW Aruba / AX Aland Islands; Åland Islands /
AZ Azerbaijan / BA Bosnia and Herzegovina / BB Barbados / BD Bangladesh / BE Belgium /
BF Burkina Faso / BG Bulgaria / BH Bahrain / BI Burundi / BJ Benin /
BL Saint Barthélemy; Saint Barthelemy / BM Bermuda / BN Brunei Darussalam; Brunei /
BO Bolivia, Plurinational State of; Bolivia /
BQ Bonaire, Sint Eustatius and Saba; Caribbean Netherlands / BR Brazil / BS Bahamas; The Bahamas /
BT Bhutan / BV Bouvet Island / BW Botswana / BY Belarus / BZ Belize / CA Canada /
CC Cocos (Keeling) Islands / CD Congo, the Democratic Republic of the; DR Congo /
CF Central African Republic / CG Congo; Republic of the Congo / CH Switzerland /
CI Cote d'Ivoire; Côte d'Ivoire; Ivory Coast / CK Cook Islands / CL Chile / CM Cameroon /
CN China / CO Colombia / CR Costa Rica / CU Cuba / CV Cape Verde; Cabo Verde /
CW Curaçao; Curacao / CX Christmas Island / CY Cyprus / CZ Czech Republic; Czechia / DE Germany /
DJ Djibouti / DK Denmark / DM Dominica / DO Dominican Republic / DZ Algeria / EC Ecuador /
EE Estonia / EG Egypt / EH Western Sahara / ER Eritrea / ES Spain / ET Ethiopia / FI Finland /
FJ Fiji / FK Falkland Islands (Malvinas); Falkland Islands / FM Micronesia / FO Faroe Islands /
FR France / GA Gabon / GB United Kingdom; UK; U.K.; Great Britain / GD Grenada / GE Georgia /
GF French Guiana / GG Guernsey / GH Ghana / GI Gibraltar / GL Greenland / GM Gambia; The Gambia /
GN Guinea / GP Guadeloupe / GQ Equatorial Guinea / GR Greece /
GS South Georgia and the South Sandwich Islands / GT Guatemala / GU Guam / GW Guinea-Bissau /
GY Guyana / HK Hong Kong / HM Heard Island and McDonald Islands / HN Honduras / HR Croatia /
HT Haiti / HU Hungary / ID Indonesia / IE Ireland / IL Israel / IM Isle of Man / IN India /
IO British Indian Ocean Territory / IQ Iraq / IR Iran, Islamic Republic of; Iran / IS Iceland /
IT Italy / JE Jersey / JM Jamaica / JO Jordan / JP Japan / KE Kenya / KG Kyrgyzstan /
KH Cambodia / KI Kiribati / KM Comoros / KN Saint Kitts and Nevis /
KP Korea, Democratic People's Republic of; North Korea / KR Korea, Republic of; South Korea /
KW Kuwait / KY Cayman Islands / KZ Kazakhstan / LA Lao People's Democratic Republic; Laos /
LB Lebanon / LC Saint Lucia / LI Liechtenstein / LK Sri Lanka / LR Liberia / LS Lesotho /
LT Lithuania / LU Luxembourg / LV Latvia / LY Libya; Libyan Arab Jamahiriya / MA Morocco /
MC Monaco / MD Moldova, Republic of; Moldova / ME Montenegro / MF Saint Martin (French part) /
MG Madagascar / MH Marshall Islands / MK North Macedonia; Macedonia / ML Mali / MM Myanmar /
MN Mongolia / MO Macao; Macau / MP Northern Mariana Islands / MQ Martinique / MR Mauritania /
MS Montserrat / MT Malta / MU Mauritius / MV Maldives / MW Malawi / MX Mexico / MY Malaysia /
MZ Mozambique / NA Namibia / NC New Caledonia / NE Niger / NF Norfolk Island / NG Nigeria /
NI Nicaragua / NL Netherlands; The Netherlands / NO Norway / NP Nepal / NR Nauru / NU Niue /
NZ New Zealand / OM Oman / PA Panama / PE Peru / PF French Polynesia / PG Papua New Guinea /
PH Philippines / PK Pakistan / PL Poland / PM Saint Pierre and Miquelon / PN Pitcairn /
PR Puerto Rico / PS Palestine; Palestine, State of / PT Portugal / PW Palau / PY Paraguay /
QA Qatar / RE Reunion; Réunion / RO Romania / RS Serbia / RU Russian Federation; Russia /
RW Rwanda / SA Saudi Arabia / SB Solomon Islands / SC Seychelles / SD Sudan / SE Sweden /
SG Singapore / SH Saint Helena, Ascension and Tristan da Cunha; Saint Helena / SI Slovenia /
SJ Svalbard and Jan Mayen / SK Slovakia / SL Sierra Leone / SM San Marino / SN Senegal /
SO Somalia / SR Suriname / SS South Sudan / ST Sao Tome and Principe / SV El Salvador /
SX Sint Maarten (Dutch part); Sint Maarten / SY Syrian Arab Republic; Syria /
SZ Eswatini; Swaziland / TC Turks and Caicos Islands / TD Chad / TF French Southern Territories /
TG Togo / TH Thailand / TJ Tajikistan / TK Tokelau / TL Timor-Leste / TM Turkmenistan /
TN Tunisia / TO Tonga / TR Turkey; Türkiye / TT Trinidad and Tobago / TV Tuvalu / TW Taiwan /
TZ Tanzania, United Republic of; Tanzania / UA Ukraine / UG Uganda /
UM United States Minor Outlying Islands /
US United States; USA; U.S.A.; U.S.; United States of America / UY Uruguay / UZ Uzbekistan /
VA Holy See (Vatican City State); Holy See; Vatican City / VC Saint Vincent and the Grenadines /
VE Venezuela, Bolivarian Republic of; Venezuela / VG Virgin Islands, British /
VI Virgin Islands, U.S. / VN Viet Nam; Vietnam / VU Vanuatu / WF Wallis and Futuna / WS Samoa /
XK Kosovo / YE Yemen / YT Mayotte / ZA South Africa / ZM Zambia / ZW Zimbabwe
"""


def _entries() -> Iterator[tuple[str, str]]:
    for entry in _NAMES.replace("\n", " ").split(" / "):
        code, _, names = entry.strip().partition(" ")
        yield from ((text.folded(name), code) for name in names.split(";"))


ENGLISH: Final[Mapping[str, str]] = MappingProxyType(dict(_entries()))
"""Code by name, without case."""
