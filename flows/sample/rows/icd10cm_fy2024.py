"""ICD-10-CM of fiscal year 2024 in the sample, against the April 2023 update.

Codes and titles are facts of the public-domain release of NCHS and CMS, a small choice of them; nothing
is fictional. Y07.45 lost a double blank, which the publisher's own list does not mention.
"""

from __future__ import annotations

OCTOBER = """
- G20
+ G20     0 Parkinson's disease
+ G20A    0 Parkinson's disease without dyskinesia
+ G20A1   1 Parkinson's disease without dyskinesia, without mention of fluctuations
           | Parkinson's dis w/o dyskinesia, w/o mention of fluctuations
+ G20A2   1 Parkinson's disease without dyskinesia, with fluctuations
+ G20B    0 Parkinson's disease with dyskinesia
+ G20B1   1 Parkinson's disease with dyskinesia, without mention of fluctuations
           | Parkinson's dis with dyskinesia, w/o mention of fluctuations
+ G20B2   1 Parkinson's disease with dyskinesia, with fluctuations
+ G20C    1 Parkinsonism, unspecified
+ G40C    0 Lafora progressive myoclonus epilepsy
+ G40C0   0 Lafora progressive myoclonus epilepsy, not intractable
+ G40C01  1 Lafora progressive myoclonus epilepsy, not intractable, with status epilepticus
           | Lafora progr myoclonus epilepsy, not ntrct, with stat epi
+ G40C09  1 Lafora progressive myoclonus epilepsy, not intractable, without status epilepticus
           | Lafora progr myoclonus epilepsy, not ntrct, without stat epi
- J156
+ J156    0 Pneumonia due to other Gram-negative bacteria
+ J1561   1 Pneumonia due to Acinetobacter baumannii
+ J1569   1 Pneumonia due to other Gram-negative bacteria
* N071    1 Hereditary nephropathy, not elsewhere classified with focal and segmental glomerular lesions
           | Heredit nephrop, NEC w focal and seg glomerular lesions
* P199    1 Metabolic acidemia in newborn, unspecified
* Q874    0 Marfan syndrome
* Q8740   1 Marfan syndrome, unspecified
? Y0745   1 Grandchild, perpetrator of maltreatment and neglect
"""
"""FY2024, effective 2023-10-01. The lines: see `flows.sample.titles.read_changes`."""
