"""ICD-10-CM of fiscal year 2025 in the sample, against FY2024.

Codes and titles are facts of the public-domain release of NCHS and CMS, a small choice of them.
Fictional in time: H81.4 became billable and lost its children in FY2020, not here; L70.5 had its
accent in FY2013 and the tabular list, not in the order file of this year.
"""

from __future__ import annotations

OCTOBER = """
* A7741   1 Ehrlichiosis chaffeensis [E. chaffeensis]
+ C810A   1 Nodular lymphocyte predominant Hodgkin lymphoma, in remission
           | Nodular lymphocyte predom Hodgkin lymphoma, in remission
- C8339
+ C8339   0 Diffuse large B-cell lymphoma, extranodal and solid organ sites
           | Diffuse large B-cell lymphoma, extrnod and solid organ sites
+ C83390  1 Primary central nervous system lymphoma
+ C83398  1 Diffuse large B-cell lymphoma of other extranodal and solid organ sites
           | Diffuse large B-cell lymph of extrnod and solid organ sites
+ C833A   1 Diffuse large B-cell lymphoma, in remission
+ C84AA   1 Cutaneous T-cell lymphoma, unspecified, in remission
+ E10A    0 Type 1 diabetes mellitus, presymptomatic
+ E10A0   1 Type 1 diabetes mellitus, presymptomatic, unspecified
+ E10A1   1 Type 1 diabetes mellitus, presymptomatic, Stage 1
+ E10A2   1 Type 1 diabetes mellitus, presymptomatic, Stage 2
- E668
+ E668    0 Other obesity
+ E6681   0 Obesity class
+ E66811  1 Obesity, class 1
+ E66812  1 Obesity, class 2
+ E66813  1 Obesity, class 3
+ E6689   1 Other obesity not elsewhere classified
- H814
+ H814    1 Vertigo of central origin
- H8141
- H8142
- H8143
- H8149
* K589    1 Irritable bowel syndrome, unspecified
* L705    1 Acne excoriée
           | Acne excoriee
+ R4185   1 Anosognosia
- T8132XA
- T8132XD
- T8132XS
+ T81320  0 Disruption or dehiscence of gastrointestinal tract anastomosis, repair, or closure
           | Disrupt/dehisc of GI tract anastomosis, repair, or closure
+ T81320A 1 Disruption or dehiscence of gastrointestinal tract anastomosis, repair, or closure, initial encounter
           | Disrupt/dehisc of GI tract anastomos, repair, or closr, init
+ T81320D 1 Disruption or dehiscence of gastrointestinal tract anastomosis, repair, or closure, subsequent encounter
           | Disrupt/dehisc of GI tract anastomos, repair, or closr, subs
+ T81320S 1 Disruption or dehiscence of gastrointestinal tract anastomosis, repair, or closure, sequela
           | Disrupt/dehisc of GI tract anastomos, repair, or closr, sqla
* Z17     0 Estrogen, and other hormones and factors receptor status
+ Z172    0 Progesterone receptor status
+ Z1721   1 Progesterone receptor positive status
+ Z1722   1 Progesterone receptor negative status
* Z6854   1 Body mass index [BMI] pediatric, 95th percentile for age to less than 120% of the 95th percentile for age
           | Body mass index ped, 95% for age to < 120% of 95% for age
+ Z6855   1 Body mass index [BMI] pediatric, 120% of the 95th percentile for age to less than 140% of the 95th percentile for age
           | Body mass index ped, 120% 95% for age to < 140% 95% for age
+ Z6856   1 Body mass index [BMI] pediatric, greater than or equal to 140% of the 95th percentile for age
           | Body mass index ped, > or equal to 140% of the 95% for age
- Z86010
+ Z86010  0 Personal history of colon polyps
+ Z860100 1 Personal history of colon polyps, unspecified
+ Z860101 1 Personal history of adenomatous and serrated colon polyps
+ Z860102 1 Personal history of hyperplastic colon polyps
+ Z860109 1 Personal history of other colon polyps
"""  # noqa: E501
"""FY2025, effective 2024-10-01. The lines: see `flows.sample.titles.read_changes`."""
