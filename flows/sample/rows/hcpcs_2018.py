"""HCPCS Level II of January 2018 in the sample.

Codes, titles and indicators are facts of the public-domain release of CMS, a small choice of them; no
CPT and no CDT code is among them. C9021 and E0460 had ended before.
"""

from __future__ import annotations

JANUARY = """
+ AA Anesthesia perf by anesgst
    Anesthesia services performed personally by anesthesiologist
    added=19840101 acted=20010101 action=N cov=D mcm=3350.5
+ DA Oral health assess, not dent
    Oral health assessment by a licensed health professional other than a dentist
    added=20110101 acted=20110101 action=N cov=C
+ GD Unit of service > mue value
    Units of service exceeds medically unlikely edit value and represents reasonable and necessary services
    added=20080101 acted=20080101 action=N cov=C
+ GY Statutorily excluded
    Item or service statutorily excluded, does not meet the definition of any medicare benefit or, for
    non-medicare insurers, is not a contract benefit
    added=20020101 acted=20070701 action=N cov=S
+ KX Documentation on file
    Requirements specified in the medical policy have been met
    added=20020701 acted=20020701 action=N cov=C
+ QF Prscrbd oxygen >4 lpm & port
    Prescribed amount of oxygen exceeds 4 liters per minute (lpm) and portable oxygen is prescribed
    added=19890101 acted=19970101 action=N cov=C
+ RT Right side
    Right side (used to identify procedures performed on the right side of the body)
    added=19840101 acted=19970101 action=N cov=C
+ ZA Novartis/sandoz
    Novartis/sandoz
    added=20160101 acted=20160101 action=N cov=C
+ ZB Pfizer/hospira
    Pfizer/hospira
    added=20160701 acted=20160701 action=N cov=C
+ A0428 Bls
    Ambulance service, basic life support, non-emergency transport, (bls)
    added=20010101 acted=20010101 action=N cov=C price=52 multi=A tos=D betos=O1A
+ A5512 Multi den insert direct form
    For diabetics only, multiple density insert, direct formed, molded to foot after external heat source of 230
    degrees fahrenheit or higher, total contact with patient's foot, including arch, base layer minimum of 1/4
    inch material of shore a 35 durometer or 3/16 inch material of shore a 40 durometer (or higher),
    prefabricated, each
    added=20060101 acted=20100101 action=N cov=C price=38 multi=A tos=J betos=D1F
+ A5513 Multi den insert custom mold
    For diabetics only, multiple density insert, custom molded from model of patient's foot, total contact with
    patient's foot, including arch, base layer minimum of 3/16 inch material of shore a 35 durometer or higher),
    includes arch filler and other shaping material, custom fabricated, each
    added=20060101 acted=20100101 action=N cov=C price=38 multi=A tos=J betos=D1F
+ A9515 Choline c-11
    Choline c-11, diagnostic, per study dose up to 20 millicuries
    added=20170101 acted=20170101 action=N cov=C price=57 multi=A ascgrp=YY ascdate=20170101 tos=4 betos=I1E
+ C9014 Injection, cerliponase alfa
    Injection, cerliponase alfa, 1 mg
    added=20180101 acted=20180101 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20180101
    tos=9,F betos=O1E
+ C9021 Injection, obinutuzumab
    Injection, obinutuzumab, 10 mg
    added=20140401 ended=20141231 acted=20150101 action=N cov=D price=53 multi=A statute=1833(t) tos=9,F betos=O1D
+ C9492 Injection, durvalumab
    Injection, durvalumab, 10 mg
    added=20171001 acted=20171001 action=A cov=D price=53 multi=A statute=1833(t) ascgrp=YY ascdate=20171001
    tos=9,F betos=O1D
+ E0460 Neg press vent portabl/statn
    Negative pressure ventilator; portable or stationary
    added=19900101 ended=20151231 acted=20160101 action=N cov=D price=31 multi=A cim=60-9 tos=R betos=D1E
+ E0483 Chest compression gen system
    High frequency chest wall oscillation air-pulse generator system, (includes hoses and vest), each
    added=20030101 acted=20030101 action=N cov=C price=36 multi=A tos=R betos=D1E
+ E1399 Durable medical equipment mi
    Durable medical equipment, miscellaneous
    added=19860101 acted=19960101 action=N cov=C price=46 multi=A tos=A,P,R betos=D1E
+ E2500 Sgd digitized pre-rec <=8min
    Speech generating device, digitized speech, using pre-recorded messages, less than or equal to 8 minutes
    recording time
    added=20040101 acted=20140401 action=N cov=D price=36 multi=A cim=60-23 tos=A,P,R betos=D1E
+ G0365 Vessel mapping hemo access
    Vessel mapping of vessels for hemodialysis access (services for preoperative vessel mapping prior to creation
    of hemodialysis access using an autogenous hemodialysis conduit, including arterial inflow and venous outflow)
    added=20050101 acted=20050101 action=N cov=C price=11 multi=A ascgrp=YY ascdate=20120101 tos=5 betos=P9A
+ G0499 Hepb screen high risk indiv
    Hepatitis b screening in non-pregnant, high risk individual includes hepatitis b surface antigen (hbsag)
    followed by a neutralizing confirmatory test for initially reactive results, and antibodies to hbsag
    (anti-hbs) and hepatitis b core antigen (anti-hbc)
    added=20160928 acted=20160928 action=N cov=C price=13 multi=A lab=140 tos=5 betos=T1H
+ G0515 Cognitive skills development
    Development of cognitive skills to improve attention, memory, problem solving (includes compensatory
    training), direct (one-on-one) patient contact, each 15 minutes
    added=20180101 acted=20180101 action=A cov=C price=11 multi=A tos=1 betos=M5D
+ G8654 Fun stat score hip not done
    Risk-adjusted functional status change residual scores for the hip not measured because the patient did not
    complete foto's functional intake on admission and/or follow up status survey near discharge, reason not given
    added=20110101 acted=20130101 action=N cov=C price=00 multi=9 tos=1 betos=M5B
+ G8807 Doc reas no us
    Trans-abdominal or trans-vaginal ultrasound not performed for reasons documented by clinician (e.g., patient
    has visited the ed multiple times within 72 hours, patient has a documented intrauterine pregnancy [iup])
    added=20120101 acted=20130101 action=N cov=C price=00 multi=9 tos=1 betos=M5B
+ G9405 Recd f/u w/in 7d disch
    Patient received follow-up within 7 days from discharge
    added=20150101 acted=20150101 action=N cov=C price=00 multi=9 tos=1 betos=Z2
+ G9454 No hcv infect srn
    One-time screening for hcv infection not received within 12 month reporting period and no documentation of
    prior screening for hcv infection, reason not given
    added=20150101 acted=20150101 action=N cov=C price=00 multi=9 tos=1 betos=Z2
+ G9686 Nursing facility conference
    Onsite nursing facility conference, that is separate and distinct from an evaluation and management visit,
    including qualified practitioner and at least one member of the nursing facility interdisciplinary care team
    added=20161001 acted=20161001 action=N cov=C price=00 multi=9 tos=1 betos=Z2
+ G9742 Psych sympt assessed
    Psychiatric symptoms assessed
    added=20170101 acted=20170101 action=N cov=C price=00 multi=9 tos=1 betos=Z2
+ G9890 Mac exam perf
    Dilated macular exam performed, including documentation of the presence or absence of macular thickening or
    geographic atrophy or hemorrhage and the level of macular degeneration severity
    added=20180101 acted=20180101 action=A cov=C price=00 multi=9 tos=1 betos=Z2
+ J0295 Ampicillin sodium per 1.5 gm
    Injection, ampicillin sodium/sulbactam sodium, per 1.5 gm
    added=19950101 acted=19970101 action=N cov=D price=51 multi=A mcm=2049 tos=1,P betos=O1E
+ J0833 Cosyntropin injection nos
    Injection, cosyntropin, not otherwise specified, 0.25 mg
    added=20100101 acted=20180101 action=P cov=C price=51 multi=A tos=1,P betos=O1E
+ J0834 Cosyntropin cortrosyn inj
    Injection, cosyntropin (cortrosyn), 0.25 mg
    added=20100101 acted=20100101 action=N cov=C price=51 multi=A tos=1,P betos=O1E
+ J1942 Aripiprazole lauroxil 1mg
    Injection, aripiprazole lauroxil, 1 mg
    added=20170101 acted=20170101 action=N cov=C price=51 multi=A ascgrp=YY ascdate=20170101 tos=1 betos=O1E
+ J2794 Risperidone, long acting
    Injection, risperidone, long acting, 0.5 mg
    added=20050101 acted=20050101 action=N cov=C price=51 multi=A ascgrp=YY ascdate=20080101 tos=1,P betos=O1E
+ J3490 Drugs unclassified injection
    Unclassified drugs
    added=19860101 acted=19970101 action=N cov=D price=51 multi=A mcm=2049 tos=1,P betos=O1E
+ J7340 Carbidopa levodopa ent 100ml
    Carbidopa 5 mg/levodopa 20 mg enteral suspension, 100 ml
    added=20160101 acted=20170101 action=N cov=C price=51 multi=A ascgrp=YY ascdate=20160101 tos=P betos=O1E
+ J9031 Bcg live intravesical vac
    Bcg (intravesical) per instillation
    added=19910101 acted=19970101 action=N cov=D price=51 multi=A mcm=2049 ascgrp=YY ascdate=20080101 tos=1,P
    betos=O1D
+ J9310 Rituximab injection
    Injection, rituximab, 100 mg
    added=19990101 acted=20090101 action=N cov=D price=51 multi=A mcm=2049 ascgrp=YY ascdate=20080101 tos=1,P
    betos=O1D
+ K0037 Hi mount flip-up ftrest repl
    High mount flip-up footrest, replacement only, each
    added=19940101 acted=20170101 action=N cov=C price=32 multi=A tos=A,P,R betos=D1D
+ Q2009 Fosphenytoin inj pe
    Injection, fosphenytoin, 50 mg phenytoin equivalent
    added=20000701 acted=20180101 action=P cov=D price=51 multi=A mcm=2049 statute=1861S2B ascgrp=YY
    ascdate=20180101 tos=1,P betos=O1E
+ Q4131 Epifix or epicord
    Epifix or epicord, per square centimeter
    added=20130101 acted=20170101 action=N cov=C price=51 multi=A tos=1 betos=O1E
+ Q4137 Amnioexcel or biodexcel, 1cm
    Amnioexcel or biodexcel, per square centimeter
    added=20140101 acted=20140101 action=N cov=C price=51 multi=A tos=1 betos=O1E
+ Q5102 Inj., infliximab biosimilar
    Injection, infliximab, biosimilar, 10 mg
    added=20160701 acted=20180101 action=P cov=D price=51 multi=A mcm=2049 ascgrp=YY ascdate=20180101 tos=1,P
    betos=O1E
+ S1090 Mometasone sinus implant
    Mometasone furoate sinus implant, 370 micrograms
    added=20120701 acted=20120701 action=N cov=I price=00 multi=9 tos=9 betos=Z2
+ V5170 Within ear cros hearing aid
    Hearing aid, cros, in the ear
    added=19820101 acted=19950101 action=N cov=S price=00 multi=9 statute=1862A7 tos=K betos=O1F
+ V5200 Cros hearing aid dispens fee
    Dispensing fee, cros
    added=19820101 acted=19950101 action=N cov=S price=00 multi=9 statute=1862A7 tos=K betos=O1F
"""
"""2018Q1. The lines: see `flows.sample.hcpcs_rows.read_changes`."""
