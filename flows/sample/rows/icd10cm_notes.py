"""Notes of the ICD-10-CM tabular list in the sample.

Wording of the public-domain list of NCHS. Of FY2025 the sentence on the body mass index and the term that
left R41.89 for the new R41.85 are real; the other changes of that year are made up, to show one of each kind.
"""

from __future__ import annotations

FY2024 = """
C81
  excludes1: personal history of Hodgkin lymphoma (Z85.71)
C83
  excludes1: personal history of non-Hodgkin lymphoma (Z85.72)
C833
  inclusionTerm: Anaplastic diffuse large B-cell lymphoma
  inclusionTerm: CD30-positive diffuse large B-cell lymphoma
  inclusionTerm: Centroblastic diffuse large B-cell lymphoma
  excludes1: mediastinal (thymic) large B-cell lymphoma (C85.2-)
  excludes1: mature T/NK-cell lymphomas (C84.-)
E10
  includes: brittle diabetes (mellitus)
  includes: diabetes (mellitus) due to autoimmune process
  includes: idiopathic diabetes (mellitus)
  includes: juvenile onset diabetes (mellitus)
  excludes1: diabetes mellitus due to underlying condition (E08.-)
  excludes1: drug or chemical induced diabetes mellitus (E09.-)
  excludes1: gestational diabetes (O24.4-)
  excludes1: type 2 diabetes mellitus (E11.-)
E66
  codeFirst: obesity complicating pregnancy, childbirth and the puerperium, if applicable (O99.21-)
  useAdditionalCode: code to identify body mass index (BMI), if known (Z68.-)
  excludes1: adiposogenital dystrophy (E23.6)
  excludes1: lipomatosis NOS (E88.2)
  excludes1: Prader-Willi syndrome (Q87.11)
E6601
  excludes1: morbid (severe) obesity with alveolar hypoventilation (E66.2)
E669
  inclusionTerm: Obesity NOS
H81
  excludes1: epidemic vertigo (A88.1)
  excludes1: vertigo NOS (R42)
J15
  includes: bronchopneumonia due to bacteria other than S. pneumoniae and H. influenzae
  codeFirst: associated influenza, if applicable (J09.X1, J10.0-, J11.0-)
  codeAlso: associated abscess, if applicable (J85.1)
  excludes1: chlamydial pneumonia (J16.0)
  excludes1: congenital pneumonia (P23.-)
  excludes1: Legionnaires' disease (A48.1)
  excludes1: spirochetal pneumonia (A69.8)
K58
  includes: irritable colon
  includes: spastic colon
K589
  inclusionTerm: Irritable bowel syndrome NOS
L70
  excludes2: acne keloid (L73.0)
L705
  inclusionTerm: Acné excoriée des jeunes filles
  inclusionTerm: Picker's acne
R41
  excludes1: dissociative [conversion] disorders (F44.-)
  excludes1: mild cognitive impairment, so stated (G31.84)
R4189
  inclusionTerm: Anosognosia
T81
  excludes2: complications following immunization (T88.0-T88.1)
  excludes2: complications of transplanted organs and tissue (T86.-)
  sevenChrNote: The appropriate 7th character is to be added to each code from category T81
  sevenChrDef: A initial encounter
  sevenChrDef: D subsequent encounter
  sevenChrDef: S sequela
T813
  inclusionTerm: Disruption of any suture materials or other closure methods
  excludes1: breakdown (mechanical) of permanent sutures (T85.612)
  excludes1: displacement of permanent sutures (T85.622)
U071
  useAdditionalCode: code to identify pneumonia or other manifestations, such as:
  useAdditionalCode: pneumonia due to COVID-19 (J12.82)
  excludes2: coronavirus as the cause of diseases classified elsewhere (B97.2-)
  excludes2: coronavirus infection, unspecified (B34.2)
Z17
  codeFirst: malignant neoplasm of breast (C50.-)
Z59
  excludes2: problems related to upbringing (Z62.-)
Z68
  inclusionTerm: Kilograms per meters squared
  notes: BMI adult codes are for use for persons 20 years of age or older
  notes: BMI pediatric codes are for use for persons 2-19 years of age.
Z86
  codeFirst: any follow-up examination after treatment (Z09)
"""
"""FY2024. The lines: see `flows.sample.layouts.tabular_file.read_notes`."""

FY2025 = """
E10A
  inclusionTerm: Early-stage type 1 diabetes mellitus
E66
  codeFirst: obesity complicating pregnancy, childbirth and the puerperium, if applicable (O99.21-)
  useAdditionalCode: code to identify body mass index (BMI), if known, for adults (Z68.1-Z68.45) or pediatrics (Z68.5-)
  excludes1: adiposogenital dystrophy (E23.6)
  excludes1: lipomatosis NOS (E88.2)
  excludes1: Prader-Willi syndrome (Q87.11)
E6601
  excludes1: morbid (severe) obesity with alveolar hypoventilation (E66.2)
  excludes1: obesity, class 3 (E66.813)
J159
  codeFirst: associated influenza, if applicable (J09.X1, J10.0-, J11.0-)
R4185
  inclusionTerm: Unawareness of a neurological deficit
R4189
Z17
  codeFirst: malignant neoplasm of breast (C50.-)
  codeFirst: malignant neoplasm of other sites whose receptor status is known
"""
"""FY2025: the notes of these codes in place of those they had; all others stay."""
