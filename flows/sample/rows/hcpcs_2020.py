"""HCPCS Level II of January and April 2020 in the sample.

Codes, titles and indicators are facts of the public-domain releases of CMS, a small choice of them.
Fictional in time or altogether: C9021 and E0460 are purged a year early; C9053 is announced one quarter
before it starts; the ends of C9041 and C9054 are announced one quarter ahead; G0365 is reinstated,
which never happened.
"""

from __future__ import annotations

JANUARY = """
+ DA Oral health assess, not dent
    Oral health assessment by a licensed health professional other than a dentist
    added=20110101 acted=20110101 action=N cov=C
* GD
    ended=20191231 acted=20200101 action=D
+ MA Emer med cond susp/confirm
    Ordering professional is not required to consult a clinical decision support mechanism due to service being
    rendered to a patient with a suspected or confirmed emergency medical condition
    added=20200101 acted=20200101 action=A cov=C
+ ME Order adheres to auc
    The order for this service adheres to appropriate use criteria in the clinical decision support mechanism
    consulted by the ordering professional
    added=20200101 acted=20200101 action=A cov=C
* A5513
    acted=20190101 action=N
+ A9590 Iodine i-131 iobenguane 1mci
    Iodine i-131, iobenguane, 1 millicurie
    added=20200101 acted=20200101 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20200101 tos=4 betos=I1E
* B4105
    action=N cov=C price=39 multi=A note=
* C9034
    ended=20181231 acted=20190101 action=N xref=J1095 ascgrp= ascdate=
* C9035
    ended=20190930 acted=20191001 action=D ascgrp= ascdate=
+ C9040 Injection, fremanezumab-vfrm
    Injection, fremanezumab-vfrm, 1mg
    added=20190401 ended=20190930 acted=20191001 action=D cov=D price=53 multi=A statute=1833(t) xref=J3031
    tos=9,F betos=O1E
+ C9041 Inj, coagulation factor xa
    Injection, coagulation factor xa (recombinant), inactivated (andexxa), 10 mg
    added=20190401 acted=20190401 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20190401
    tos=9,F betos=O1E
- C9021
+ C9053 Inj, crizanlizumab-tmca
    Injection, crizanlizumab-tmca, 1 mg
    added=20200401 acted=20200401 action=A cov=D price=53 multi=A statute=1833(t) tos=9,F betos=O1E
+ C9054 Injection, lefamulin
    Injection, lefamulin (xenleta), 1 mg
    added=20200101 acted=20200101 action=A cov=D price=53 multi=A statute=1833(T) ascgrp=YY ascdate=20200101
    tos=9,F betos=O1E
* C9407
    ended=20191231 acted=20200101 action=D ascgrp= ascdate=
* C9408
    ended=20191231 acted=20200101 action=D xref=A9590
- E0460
* G0365
    ended=20191231 acted=20200101 action=D ascgrp= ascdate=
* G0515
    ended=20191231 acted=20200101 action=D
+ G1000 Cdsm applied pathways
    Clinical decision support mechanism applied pathways, as defined by the medicare appropriate use criteria
    program
    added=20200101 acted=20200101 action=A cov=C price=00 multi=9 tos=1 betos=Z2
+ G1001 Cdsm evicore
    Clinical decision support mechanism evicore, as defined by the medicare appropriate use criteria program
    added=20200101 acted=20200101 action=A cov=C price=00 multi=9 tos=1 betos=Z2
* G8654 Rafs crs hi no scor no surv
    acted=20200101 action=S
* G9405 Recd f/u w/in 7d dc
    Patient received follow-up within 7 days after discharge
    acted=20200101 action=C
* G9742
    ended=20191231 acted=20200101 action=D
+ J1095 Injection, dexamethasone 9%
    Injection, dexamethasone 9 percent, intraocular, 1 microgram
    added=20190101 acted=20190101 action=N cov=D price=53 multi=A statute=1833T ascgrp=YY ascdate=20190101 tos=9,F
    betos=O1E
* J1942
    ended=20190930 acted=20191001 action=D ascgrp= ascdate=
+ J1944 Aripirazole lauroxil 1 mg
    Injection, aripiprazole lauroxil, (aristada), 1 mg
    added=20191001 acted=20191001 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20191001 tos=1 betos=O1E
* J2794 Inj risperdal consta, 0.5 mg
    Injection, risperidone (risperdal consta), 0.5 mg
    acted=20191001 action=C
+ J3031 Inj., fremanezumab-vfrm 1 mg
    Injection, fremanezumab-vfrm, 1 mg (code may be used for medicare when drug administered under the direct
    supervision of a physician, not for use when drug is self-administered)
    added=20191001 acted=20191001 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20191001 tos=1,P betos=O1E
* J7340
    acted=20200101 action=P ascgrp=YY ascdate=20200101
+ J9030 Bcg live intravesical 1mg
    Bcg live intravesical instillation, 1 mg
    added=20190701 acted=20190701 action=A cov=D price=51 multi=A mcm=2049 ascgrp=YY ascdate=20190701 tos=1,P
    betos=O1D
* J9031
    ended=20190630 acted=20190701 action=D ascgrp= ascdate=
+ K1001 Electronic posa treatment
    Electronic positional obstructive sleep apnea treatment, with sensor, includes all components and accessories,
    any type
    added=20200101 acted=20200101 action=A cov=C price=99 multi=9 tos=9 betos=Z2
* M1000
    ended=20191231 acted=20200101 action=D
+ P9099 Blood component/product noc
    Blood component or product not otherwise classified
    added=20200101 acted=20200101 action=A cov=C price=52 multi=A tos=0 betos=T1H
* Q2009
    acted=20200101 action=P ascgrp=YY ascdate=20200101
* S1090
    ended=20190930 acted=20191001 action=D
"""
"""2020Q1. The lines: see `flows.sample.hcpcs_rows.read_changes`."""

APRIL = """
* C9041
    ended=20200630 acted=20200401 action=F xref=J7169
* C9054
    ended=20200630 acted=20200401 action=F xref=J0691
+ C9056 Injection, givosiran
    Injection, givosiran, 0.5 mg
    added=20200401 acted=20200401 action=A cov=D price=53 multi=A statute=1833(t) tos=9,F betos=O1E
+ C9057 Inj cetirizine hydrochloride
    Injection, cetirizine hydrochloride, 1 mg
    added=20200401 acted=20200401 action=A cov=D price=53 multi=A statute=1833(t) tos=9,F betos=O1E
* G0365
    ended= acted=20200401 action=R
* G1000
    ended=20200331 acted=20200401 action=D
+ G1014 Cdsm inveniqa
    Clinical decision support mechanism inveniqa semantic answers in medicine, as defined by the medicare
    appropriate use criteria program
    added=20200401 acted=20200401 action=A cov=C price=00 multi=9 tos=1 betos=Z2
+ G1018 Cdsm infinx
    Clinical decision support mechanism infinx, as defined by the medicare appropriate use criteria program
    added=20200401 acted=20200401 action=A cov=C price=00 multi=9 tos=1 betos=Z2
+ G2168 Svs by pt in home health
    Services performed by a physical therapist assistant in the home health setting in the delivery of a safe and
    effective physical therapy maintenance program, each 15 minutes
    added=20200101 acted=20200101 action=A cov=C price=00 multi=9 tos=1 betos=Y1
"""
"""2020Q2, a quarterly update."""
