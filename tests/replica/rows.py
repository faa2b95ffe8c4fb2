"""Changes of ICD-10 codes by which the replica's releases go on from those of the sample.

Codes and titles are facts of public-domain releases, a small choice of them, moved in time where a year
would have no change otherwise. The lines: see `flows.sample.titles.read_changes`.
"""

from __future__ import annotations

CM_JANUARY_2021 = """
+ J12     0 Viral pneumonia, not elsewhere classified
+ J128    0 Other viral pneumonia
+ J1282   1 Pneumonia due to coronavirus disease 2019
+ Z115    0 Encounter for screening for other viral diseases
+ Z1152   1 Encounter for screening for COVID-19
"""
CM_OCTOBER_2021 = """
+ R05     0 Cough
+ R051    1 Acute cough
+ R052    1 Subacute cough
* K589    1 Irritable bowel syndrome, not otherwise specified
"""
CM_APRIL_2022 = """
+ Z28     0 Immunization not carried out and underimmunization status
+ Z283    0 Underimmunization status
+ Z2839   1 Other underimmunization status
"""
CM_OCTOBER_2022 = """
+ I47     0 Paroxysmal tachycardia
+ I472    0 Ventricular tachycardia
+ I4720   1 Ventricular tachycardia, unspecified
+ I4721   1 Torsades de pointes
* K589    1 Irritable bowel syndrome without diarrhea
"""
CM_OCTOBER_2025 = """
+ E11     0 Type 2 diabetes mellitus
+ E11A    1 Type 2 diabetes mellitus without complications in remission
- R051
* I4720   1 Ventricular tachycardia, unspecified type
"""
CM_OCTOBER_2026 = """
+ R053    1 Chronic cough
+ R054    1 Cough syncope
* J1282   1 Pneumonia due to COVID-19
- Z2839
+ Z2839   0 Other underimmunization status
+ Z28390  1 Other underimmunization status, unspecified
+ Z28398  1 Underimmunization status for other reasons
"""

PCS_OCTOBER_2024 = """
- 0X6L0Z0
+ XW0Q316 1 Introduction of Eladocagene exuparvovec into Cranial Cavity and Brain, Percutaneous Approach, New Technology Group 6
           | Introduce Eladocagene in Cranial Cav/Brain, Perc, New Tech 6
"""  # noqa: E501
PCS_APRIL_2025 = """
+ XW033BA 1 Introduction of Replica Test Substance into Peripheral Vein, Percutaneous Approach, New Technology Group 10
           | Introduce Replica Test Subst in Periph Vein, New Tech 10
"""
PCS_OCTOBER_2025 = """
- GZB2ZZZ
+ X2RX0Q7 1 Replacement of Thoracic Aorta, Arch using Replica Test Device, Open Approach, New Technology Group 7
           | Replace Aort Arch w Replica Test Dev, Open, New Tech 7
"""
PCS_APRIL_2026 = """
+ XW033CB 1 Introduction of Second Replica Test Substance into Peripheral Vein, Percutaneous Approach, New Technology Group 11
           | Introduce 2nd Replica Subst in Periph Vein, New Tech 11
"""  # noqa: E501
PCS_OCTOBER_2026 = """
* 3E023GC 1 Introduction of Other Therapeutic Substance into Muscle, Percutaneous
           | Introduction of Oth Therap Subst into Muscle, Perc
+ XY0YX48 1 Extracorporeal Introduction of Replica Test Anticoagulant, New Technology Group 8
           | Extracorporeal Intro of Replica Anticoagulant, New Tech 8
"""
