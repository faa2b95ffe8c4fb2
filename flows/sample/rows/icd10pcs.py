"""ICD-10-PCS of fiscal years 2022 to 2024 in the sample.

Codes and titles are facts of the public-domain releases of CMS, a small choice of them; nothing is
fictional but that the change list of a year holds the whole step from the year before.
"""

from __future__ import annotations

OCTOBER_2021 = """
+ 005     0 Central Nervous System and Cranial Nerves, Destruction
+ 00500ZZ 1 Destruction of Brain, Open Approach
+ 0FB     0 Hepatobiliary System and Pancreas, Excision
+ 0FB10ZZ 1 Excision of Right Lobe Liver, Open Approach
+ 0FB14ZZ 1 Excision of Right Lobe Liver, Percutaneous Endoscopic Approach
           | Excision of Right Lobe Liver, Perc Endo Approach
+ 0X6     0 Anatomical Regions, Upper Extremities, Detachment
+ 0X6L0Z0 1 Detachment at Right Thumb, Complete, Open Approach
+ 0X6L0Z2 1 Detachment at Right Thumb, Mid, Open Approach
+ 3E0     0 Administration, Physiological Systems and Anatomical Regions, Introduction
           | Administration, Phys Sys & Anat Regions, Introduce
+ 3E023GC 1 Introduction of Other Therapeutic Substance into Muscle, Percutaneous Approach
           | Introduction of Oth Therap Subst into Muscle, Perc Approach
+ 5A0     0 Extracorporeal or Systemic Assistance and Performance, Physiological Systems, Assistance
           | Extracrp/Syst Assist & Perform, Physiological Sys, Assist
+ 5A0935A 1 Assistance with Respiratory Ventilation, Less than 24 Consecutive Hours, High Nasal Flow/Velocity
           | Assistance with Resp Ventilation, <24 Hrs, High Nasal Fl Vel
+ GZB     0 Mental Health, Electroconvulsive Therapy
+ GZB0ZZZ 1 Electroconvulsive Therapy, Unilateral-Single Seizure
+ GZB1ZZZ 1 Electroconvulsive Therapy, Unilateral-Multiple Seizure
+ GZB2ZZZ 1 Electroconvulsive Therapy, Bilateral-Single Seizure
+ X2R     0 New Technology, Cardiovascular System, Replacement
+ X2RF032 1 Replacement of Aortic Valve using Zooplastic Tissue, Rapid Deployment Technique, Open Approach, New Technology Group 2
           | Replace Aort Valve w Zoopl Rapid Depl, Open, New Tech 2
+ X2RX0N7 1 Replacement of Thoracic Aorta, Arch using Branched Synthetic Substitute with Intraluminal Device, Open Approach, New Technology Group 7
           | Replace Aort Arch w Synth/Intralum Dev, Open, New Tech 7
+ XK0     0 New Technology, Muscles, Tendons, Bursae and Ligaments, Introduction
           | New Tech, Muscl, Tend, Burs, Lig, Introduce
+ XK02303 1 Introduction of Concentrated Bone Marrow Aspirate into Muscle, Percutaneous Approach, New Technology Group 3
           | Introduction of CBMA into Muscl, Perc Approach, New Tech 3
+ XRG     0 New Technology, Joints, Fusion
+ XRG0092 1 Fusion of Occipital-cervical Joint using Nanotextured Surface Interbody Fusion Device, Open Approach, New Technology Group 2
           | Fusion Occip Jt w Nano Intbd Dev, Open, New Tech 2
+ XRGA0R7 1 Fusion of Thoracolumbar Vertebral Joint using Customizable Interbody Fusion Device, Open Approach, New Technology Group 7
           | Fusion T-lum Jt w Cust Intbd Fus Dev, Open, New Tech 7
+ XV5     0 New Technology, Male Reproductive System, Destruction
+ XV508A4 1 Destruction of Prostate using Robotic Waterjet Ablation, Via Natural or Artificial Opening Endoscopic, New Technology Group 4
           | Destruction Prost w Robot Wtrjet Ablat, Endo, New Tech 4
+ XW0     0 New Technology, Anatomical Regions, Introduction
+ XW013W7 1 Introduction of COVID-19 Vaccine Booster into Subcutaneous Tissue, Percutaneous Approach, New Technology Group 7
           | Introduce COVID19 Vacc Bstr in Subcu, Perc, New Tech 7
+ XW033G4 1 Introduction of Plazomicin Anti-infective into Peripheral Vein, Percutaneous Approach, New Technology Group 4
           | Introduce Plazomicin in Periph Vein, Perc, New Tech 4
+ XW1     0 New Technology, Anatomical Regions, Transfusion
+ XW133D7 1 Transfusion of High-Dose Intravenous Immune Globulin into Peripheral Vein, Percutaneous Approach, New Technology Group 7
           | Transfuse Hdose Imun Glob in Periph Vein, Perc, New Tech 7
+ XY0     0 New Technology, Extracorporeal, Introduction
+ XY0YX37 1 Extracorporeal Introduction of Nafamostat Anticoagulant, New Technology Group 7
           | Extracorporeal Introduction of Nafamostat, New Tech 7
"""  # noqa: E501
"""FY2022, effective 2021-10-01. The lines: see `flows.sample.titles.read_changes`."""

ERRATA_2022 = """
+ XW023X7 1 Introduction of Tixagevimab and Cilgavimab Monoclonal Antibody into Muscle, Percutaneous Approach, New Technology Group 7
           | Introduce Tixagev/Cilgavim in Muscle, Perc, New Tech 7
+ XW023Y7 1 Introduction of Other New Technology Monoclonal Antibody into Muscle, Percutaneous Approach, New Technology Group 7
           | Introduce Monclon Antib in Muscle, Perc, New Tech 7
"""  # noqa: E501
"""The errata of January 12, 2022: FY2022 once more, with two codes more."""

OCTOBER_2022 = """
+ 00500Z3 1 Destruction of Brain using Laser Interstitial Thermal Therapy, Open Approach
           | Destruction of Brain using LITT, Open Approach
+ X0H     0 New Technology, Nervous System, Insertion
+ X0HK3Q8 1 Insertion of Neurostimulator Lead into Sphenopalatine Ganglion, Percutaneous Approach, New Technology Group 8
           | Insert Neuro Lead in Sphenpalat Gangl, Perc, New Tech 8
+ X0HQ3R8 1 Insertion of Neurostimulator Lead with Paired Stimulation System into Vagus Nerve, Percutaneous Approach, New Technology Group 8
           | Insert Neur Ld Pr Stim in Vagus Nrv, Perc, New Tech 8
- X2RF032
- XK0
- XK02303
+ XKU     0 New Technology, Muscles, Tendons, Bursae and Ligaments, Supplement
           | New Tech, Muscl, Tend, Burs, Lig, Supplement
+ XKUC068 1 Supplement Upper Spine Bursa and Ligament with Posterior Vertebral Tether, Open Approach, New Technology Group 8
           | Supplement Up Spine Lig w Post Vert Tethr, Open, New Tech 8
- XRG0092
+ XW133G8 1 Transfusion of OTL-200 into Peripheral Vein, Percutaneous Approach, New Technology Group 8
           | Transfuse OTL-200 in Periph Vein, Perc, New Tech 8
"""  # noqa: E501
"""FY2023, effective 2022-10-01, against the errata."""

OCTOBER_2023 = """
+ 0FB14ZG 1 Excision of Right Lobe Liver, Percutaneous Endoscopic Approach, Hand-Assisted
           | Excision of Right Lobe Liver, Perc Endo Approach, Hnd-Asist
- 0X6L0Z2
* 5A0935A 1 Assistance with Respiratory Ventilation, Less than 24 Consecutive Hours, High Flow/Velocity Cannula
           | Assistance with Resp Ventilation, <24 Hrs, Hi Flw/Velo Canla
+ 5A09C5K 1 Assistance with Respiratory Ventilation, 8-24 Consecutive Hours, Intubated Prone Positioning
           | Assistance with Resp Ventilation, 8-24 Hrs, Intub Prone
- GZB1ZZZ
+ X05     0 New Technology, Nervous System, Destruction
+ X051329 1 Destruction of Renal Sympathetic Nerve(s) using Ultrasound Ablation, Percutaneous Approach, New Technology Group 9
           | Destruc Ren Symp Nv w US Ablat, Perc, New Tech 9
* XRGA0R7 1 Fusion of Thoracolumbar Vertebral Joint using Custom-Made Anatomically Designed Interbody Fusion Device, Open Approach, New Technology Group 7
           | Fusion T-lum Jt w Cust Intbd Fus Dev, Open, New Tech 7
- XV5
- XV508A4
- XW033G4
"""  # noqa: E501
"""FY2024, effective 2023-10-01."""
