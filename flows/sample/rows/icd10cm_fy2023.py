"""ICD-10-CM of fiscal year 2023 in the sample: the October list and the April update.

Codes and titles are facts of the public-domain releases of NCHS and CMS, a small choice of them.
Fictional in time: H81.4 has its four children here as it had until FY2019.
"""

from __future__ import annotations

OCTOBER = """
+ A77     0 Spotted fever [tick-borne rickettsioses]
+ A774    0 Ehrlichiosis
+ A7740   1 Ehrlichiosis, unspecified
+ A7741   1 Ehrlichiosis chafeensis [E. chafeensis]
+ A7749   1 Other ehrlichiosis
+ C43     0 Malignant melanoma of skin
+ C439    1 Malignant melanoma of skin, unspecified
+ C4A     0 Merkel cell carcinoma
+ C4A9    1 Merkel cell carcinoma, unspecified
+ C44     0 Other and unspecified malignant neoplasm of skin
+ C449    0 Other and unspecified malignant neoplasm of skin, unspecified
           | Other and unsp malignant neoplasm of skin, unspecified
+ C4490   1 Unspecified malignant neoplasm of skin, unspecified
+ C81     0 Hodgkin lymphoma
+ C810    0 Nodular lymphocyte predominant Hodgkin lymphoma
+ C8100   1 Nodular lymphocyte predominant Hodgkin lymphoma, unspecified site
           | Nodular lymphocyte predominant Hodgkin lymphoma, unsp site
+ C8109   1 Nodular lymphocyte predominant Hodgkin lymphoma, extranodal and solid organ sites
           | Nodlr lymphocy predom Hdgkn lymph, extrnod & solid org site
+ C83     0 Non-follicular lymphoma
+ C833    0 Diffuse large B-cell lymphoma
+ C8330   1 Diffuse large B-cell lymphoma, unspecified site
+ C8338   1 Diffuse large B-cell lymphoma, lymph nodes of multiple sites
+ C8339   1 Diffuse large B-cell lymphoma, extranodal and solid organ sites
           | Diffuse large B-cell lymphoma, extrnod and solid organ sites
+ C84     0 Mature T/NK-cell lymphomas
+ C84A    0 Cutaneous T-cell lymphoma, unspecified
+ C84A0   1 Cutaneous T-cell lymphoma, unspecified, unspecified site
+ C84A9   1 Cutaneous T-cell lymphoma, unspecified, extranodal and solid organ sites
           | Cutan T-cell lymphoma, unsp, extrnod and solid organ sites
+ E10     0 Type 1 diabetes mellitus
+ E109    1 Type 1 diabetes mellitus without complications
+ E66     0 Overweight and obesity
+ E660    0 Obesity due to excess calories
+ E6601   1 Morbid (severe) obesity due to excess calories
+ E6609   1 Other obesity due to excess calories
+ E663    1 Overweight
+ E668    1 Other obesity
+ E669    1 Obesity, unspecified
+ G20     1 Parkinson's disease
+ G40     0 Epilepsy and recurrent seizures
+ H81     0 Disorders of vestibular function
+ H811    0 Benign paroxysmal vertigo
+ H8110   1 Benign paroxysmal vertigo, unspecified ear
+ H814    0 Vertigo of central origin
+ H8141   1 Vertigo of central origin, right ear
+ H8142   1 Vertigo of central origin, left ear
+ H8143   1 Vertigo of central origin, bilateral
+ H8149   1 Vertigo of central origin, unspecified ear
+ J15     0 Bacterial pneumonia, not elsewhere classified
+ J150    1 Pneumonia due to Klebsiella pneumoniae
+ J156    1 Pneumonia due to other Gram-negative bacteria
+ J159    1 Unspecified bacterial pneumonia
+ K58     0 Irritable bowel syndrome
+ K580    1 Irritable bowel syndrome with diarrhea
+ K589    1 Irritable bowel syndrome without diarrhea
+ L70     0 Acne
+ L700    1 Acne vulgaris
+ L705    1 Acne excoriee
+ L709    1 Acne, unspecified
+ N07     0 Hereditary nephropathy, not elsewhere classified
+ N071    1 Hereditary nephropathy, not elsewhere classified with focal and segmental glomerular lesions
           | Heredit neuropath, NEC w focal and seg glomerular lesions
+ P19     0 Metabolic acidemia in newborn
+ P199    1 Metabolic acidemia, unspecified
+ Q87     0 Other specified congenital malformation syndromes affecting multiple systems
           | Oth congenital malform syndromes affecting multiple systems
+ Q874    0 Marfan's syndrome
+ Q8740   1 Marfan's syndrome, unspecified
+ R41     0 Other symptoms and signs involving cognitive functions and awareness
           | Oth symptoms and signs w cognitive functions and awareness
+ R418    0 Other symptoms and signs involving cognitive functions and awareness
           | Oth symptoms and signs w cognitive functions and awareness
+ R4189   1 Other symptoms and signs involving cognitive functions and awareness
           | Oth symptoms and signs w cognitive functions and awareness
+ T81     0 Complications of procedures, not elsewhere classified
+ T813    0 Disruption of wound, not elsewhere classified
+ T8132   0 Disruption of internal operation (surgical) wound, not elsewhere classified
           | Disruption of internal operation (surgical) wound, NEC
+ T8132XA 1 Disruption of internal operation (surgical) wound, not elsewhere classified, initial encounter
           | Disruption of internal operation (surgical) wound, NEC, init
+ T8132XD 1 Disruption of internal operation (surgical) wound, not elsewhere classified, subsequent encounter
           | Disruption of internal operation (surgical) wound, NEC, subs
+ T8132XS 1 Disruption of internal operation (surgical) wound, not elsewhere classified, sequela
           | Disrupt of internal operation (surgical) wound, NEC, sequela
+ Y07     0 Perpetrator of assault, maltreatment and neglect
+ Y070    0 Spouse or partner, perpetrator of maltreatment and neglect
+ Y0701   1 Husband, perpetrator of maltreatment and neglect
+ Y074    0 Other family member, perpetrator of maltreatment and neglect
+ Z17     0 Estrogen receptor status
+ Z170    1 Estrogen receptor positive status [ER+]
+ Z171    1 Estrogen receptor negative status [ER-]
+ Z59     0 Problems related to housing and economic circumstances
+ Z591    1 Inadequate housing
+ Z598    0 Other problems related to housing and economic circumstances
+ Z5987   1 Material hardship
+ Z68     0 Body mass index [BMI]
+ Z685    0 Body mass index [BMI] pediatric
+ Z6851   1 Body mass index [BMI] pediatric, less than 5th percentile for age
           | Body mass index pediatric, less than 5th percentile for age
+ Z6852   1 Body mass index [BMI] pediatric, 5th percentile to less than 85th percentile for age
           | Body mass index pediatric, 5th percentile to < 85% for age
+ Z6853   1 Body mass index [BMI] pediatric, 85th percentile to less than 95th percentile for age
           | Body mass index pediatric, 85% to less than 95% for age
+ Z6854   1 Body mass index [BMI] pediatric, greater than or equal to 95th percentile for age
           | Body mass index pediatric, > or equal to 95% for age
+ Z86     0 Personal history of certain other diseases
+ Z860    0 Personal history of in-situ and benign neoplasms and neoplasms of uncertain behavior
           | Prsnl hx of in-situ and ben neoplm and neoplm of uncrt behav
+ Z8601   0 Personal history of benign neoplasm
+ Z86010  1 Personal history of colonic polyps
+ Z86018  1 Personal history of other benign neoplasm
+ U07     0 Emergency use of U07
+ U070    1 Vaping-related disorder
+ U071    1 COVID-19
+ U09     0 Post COVID-19 condition
+ U099    1 Post COVID-19 condition, unspecified
"""
"""FY2023, effective 2022-10-01. The lines: see `flows.sample.titles.read_changes`."""

APRIL = """
- Y0701
+ Y0701   0 Husband, perpetrator of maltreatment and neglect
+ Y07010  1 Husband, current, perpetrator of maltreatment and neglect
+ Y07011  1 Husband, former, perpetrator of maltreatment and neglect
+ Y0744   1 Child, perpetrator of maltreatment and neglect
+ Y0745   1 Grandchild,  perpetrator of maltreatment and neglect
- Z591
+ Z591    0 Inadequate housing
+ Z5910   1 Inadequate housing, unspecified
+ Z5911   1 Inadequate housing environmental temperature
+ Z5912   1 Inadequate housing utilities
+ Z5919   1 Other inadequate housing
* Z5987   1 Material hardship due to limited financial resources, not elsewhere classified
           | Material hardship due to limited financial resources, NEC
"""
"""FY2023-apr, effective 2023-04-01. Y07.45 has its double blank in the real release, too."""
