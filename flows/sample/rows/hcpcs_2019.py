"""HCPCS Level II of January 2019 in the sample, against January 2018.

Codes, titles and indicators are facts of the public-domain release of CMS, a small choice of them.
Real, and worth a look: DA is gone without an end (a correction put it back), G9890 came back with
another meaning, C9463 and C9466 were added and ended within the year.
"""

from __future__ import annotations

JANUARY = """
+ CO Outpatient ot service by ota
    Outpatient occupational therapy services furnished in whole or in part by an occupational therapy assistant
    added=20190101 acted=20190101 action=A cov=C
+ CQ Outpatient pt service by pta
    Outpatient physical therapy services furnished in whole or in part by a physical therapist assistant
    added=20190101 acted=20190101 action=A cov=C
- DA
* QF Station o2 @ rest >4lpm/port
    Prescribed amount of stationary oxygen while at rest exceeds 4 liters per minute (lpm) and portable oxygen is
    prescribed
    acted=20180401 action=C
* ZA
    ended=20180331 acted=20180401 action=D
* ZB
    ended=20180331 acted=20180401 action=D
* A5512
    acted=20190101 action=F cov=D mcm=2134
* A5513
    For diabetics only, multiple density insert, custom molded from model of patient's foot, total contact with
    patient's foot, including arch, base layer minimum of 3/16 inch material of shore a 35 durometer (or higher),
    includes arch filler and other shaping material, custom fabricated, each
    acted= action=B cov=D mcm=2134
* A9515
    acted=20190101 action=P ascgrp= ascdate=
+ B4105 Enzyme cartridge enteral nut
    In-line cartridge containing digestive enzyme(s) for enteral feeding, each
    added=20190101 acted=20190101 action=A cov=D price=00 multi=9 xref=Q9994 note=0217 tos=E betos=O1C
* C9014
    ended=20181231 acted=20190101 action=D xref=J0567
+ C9034 Injection, dexamethasone 9%
    Injection, dexamethasone 9%, intraocular, 1 mcg
    added=20181001 acted=20181001 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20181001
    tos=9,F betos=O1E
+ C9035 Injection, aristada initio
    Injection, aripiprazole lauroxil (aristada initio), 1 mg
    added=20190101 acted=20190101 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20190101
    tos=9,F betos=O1E
+ C9407 Iodine i-131 iobenguane, dx
    Iodine i-131 iobenguane, diagnostic, 1 millicurie
    added=20190101 acted=20190101 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20190101 tos=4
    betos=I1E
+ C9408 Iodine i-131 iobenguane, tx
    Iodine i-131 iobenguane, therapeutic, 1 millicurie
    added=20190101 acted=20190101 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20190101 tos=4
    betos=I1E
+ C9462 Injection, delafloxacin
    Injection, delafloxacin, 1 mg
    added=20180401 acted=20180401 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20180401
    tos=9,F betos=O1E
+ C9463 Injection, aprepitant
    Injection, aprepitant, 1 mg
    added=20180401 ended=20181231 acted=20190101 action=D cov=D price=53 multi=A statute=1833(t) xref=J0185
    tos=9,F betos=O1E
+ C9466 Injection, benralizumab
    Injection, benralizumab, 1 mg
    added=20180401 ended=20181231 acted=20190101 action=D cov=D price=53 multi=A statute=1833(t) xref=J0517
    tos=9,F betos=O1E
* C9492
    ended=20181231 acted=20190101 action=D xref=J9173
* E0483 Hi freq chest wall oscil sys
    High frequency chest wall oscillation system, includes all accessories and supplies, each
    acted=20190101 action=C
* E2500
    acted=20190101 action=P price=32
* G0499
    Hepatitis b screening in non-pregnant, high risk individual includes hepatitis b surface antigen (hbsag),
    antibodies to hbsag (anti-hbs) and antibodies to hepatitis b core antigen (anti-hbc), and is followed by a
    neutralizing confirmatory test, when performed, only for an initially reactive hbsag result
    acted=20180401 action=C lab=140,220
* G8654 Rafscrs hi no scor no surv
    Risk-adjusted functional status change residual score for the hip impairment not measured because the patient
    did not complete the fs intake survey on admission and/or follow up fs status survey near discharge, reason
    not given
    acted=20190101 action=C
* G8807 No ta tv ultrasnd
    acted=20190101 action=S
* G9454 No scr hcv inf 12 mth rp
    One-time screening for hcv infection not received within 12-month reporting period and no documentation of
    prior screening for hcv infection, reason not given
    acted=20190101 action=C
* G9686
    ended=20181231 acted=20190101 action=D
* G9890 Em bridge payment
    Bridge payment: a one-time payment for the first medicare diabetes prevention program (mdpp) core session,
    core maintenance session, or ongoing maintenance session furnished by an mdpp supplier to an mdpp beneficiary
    during months 1-24 of the mdpp expanded model (em) who has previously received mdpp services from a different
    mdpp supplier under the mdpp expanded model. a supplier may only receive one bridge payment per mdpp
    beneficiary
    added=20180401 acted=20180401 action=A betos=Y1
+ J0185 Inj., aprepitant, 1 mg
    Injection, aprepitant, 1 mg
    added=20190101 acted=20190101 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20190101 tos=1 betos=O1E
* J0295 Ampicillin sulbactam 1.5 gm
    acted=20190101 action=S
+ J0517 Inj., benralizumab, 1 mg
    Injection, benralizumab, 1 mg
    added=20190101 acted=20190101 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20190101 tos=1 betos=O1E
+ J0567 Inj., cerliponase alfa 1 mg
    Injection, cerliponase alfa, 1 mg
    added=20190101 acted=20190101 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20190101 tos=1 betos=O1E
* J0833
    ended=20181231 acted=20190101 action=D
* J0834 Inj., cosyntropin, 0.25 mg
    Injection, cosyntropin, 0.25 mg
    acted=20190101 action=C
* J7340
    acted=20190101 action=P ascgrp= ascdate=
+ J9173 Inj., durvalumab, 10 mg
    Injection, durvalumab, 10 mg
    added=20190101 acted=20190101 action=A cov=C price=51 multi=A ascgrp=YY ascdate=20190101 tos=1 betos=O1E
* J9310
    ended=20181231 acted=20190101 action=D
+ J9311 Inj rituximab, hyaluronidase
    Injection, rituximab 10 mg and hyaluronidase
    added=20190101 acted=20190101 action=A cov=D price=51 multi=A mcm=2049 ascgrp=YY ascdate=20190101 tos=1,P
    betos=O1D
+ J9312 Inj., rituximab, 10 mg
    Injection, rituximab, 10 mg
    added=20190101 acted=20190101 action=A cov=D price=51 multi=A mcm=2049 ascgrp=YY ascdate=20190101 tos=1,P
    betos=O1D
* K0037 Hi mount flip-up footrest ea
    High mount flip-up footrest, each
    acted=20181001 action=C
+ M1000 Pain scr as mod to sevr
    Pain screened as moderate to severe
    added=20190101 acted=20190101 action=A cov=C price=00 multi=9 tos=1 betos=Z2
* Q2009
    acted=20190101 action=P ascgrp= ascdate=
* Q4131
    ended=20181231 acted=20190101 action=D
* Q4137 Amnioexcel biodexcel 1sq cm
    Amnioexcel, amnioexcel plus or biodexcel, per square centimeter
    acted=20190101 action=C
+ Q4186 Epifix 1 sq cm
    Epifix, per square centimeter
    added=20190101 acted=20190101 action=A cov=C price=51 multi=A tos=1 betos=O1E
* Q5102
    ended=20180331 acted=20180401 action=D ascgrp= ascdate=
+ Q5103 Injection, inflectra
    Injection, infliximab-dyyb, biosimilar, (inflectra), 10 mg
    added=20180401 acted=20180401 action=A cov=D price=51 multi=A ascgrp=YY ascdate=20180401 note=0187 tos=1,P
    betos=O1E
* V5170
    ended=20181231 acted=20190101 action=D
+ V5171 Hearing aid monaural ite
    Hearing aid, contralateral routing device, monaural, in the ear (ite)
    added=20190101 acted=20190101 action=A cov=S price=00 multi=9 statute=1862A7 tos=K betos=O1F
* V5200 Disp fee contralateral monau
    Dispensing fee, contralateral, monaural
    acted=20190101 action=C
"""
"""2019Q1. The lines: see `flows.sample.hcpcs_rows.read_changes`."""
