"""The shape of ``person.yaml``: every key, declared once.

The reader asks these keys and no others, and `docs/person-record.md` is made from them.
"""

from __future__ import annotations

from equipoise.ingest.fields import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    at_least,
    choice,
    many,
)
from equipoise.ingest.record_kinds import (
    AGE_YEARS,
    ALLELES,
    ANSWERS,
    BIDS_LABEL,
    CLOCK,
    COMPARATOR,
    EXPERIENCE,
    EXTRAS,
    GENE_SYMBOL,
    HOURS_AGO,
    ICD10,
    MINUTES_AWAKE,
    SEVERITY,
    UNIT,
    VERSION,
    WEIGHTS,
)
from equipoise.ingest.shape import Key, Shape
from equipoise.ingest.vocabulary import (
    ASSAY,
    DRUG,
    EFFECT,
    FINDING,
    IMPLANT,
    LAB,
    SCALE,
    SITE,
    TREATMENT,
)

__all__ = [
    "ADHERENCE",
    "AGE",
    "ALLERGIC_TO",
    "ALLERGIES",
    "ALLERGY_KIND",
    "ASKED",
    "AWAKE",
    "BOUND",
    "CODE",
    "CONDITIONS",
    "CONDITION_STATUS",
    "CONSENTS",
    "DEMOGRAPHICS",
    "DIAGNOSIS",
    "DIPLOTYPE",
    "DOSE",
    "DOSE_UNIT",
    "DRUGS",
    "EFFECT_SEVERITY",
    "EFFECT_TOLD",
    "EPISODE",
    "EXTRA",
    "FAMILY",
    "FASTING",
    "FINDINGS",
    "FINDING_STATUS",
    "FOUND",
    "GENE",
    "GENOTYPES",
    "GRANTED",
    "HEAD",
    "IMPLANTS",
    "IMPLANT_KIND",
    "ITEMS",
    "LABEL",
    "LABS",
    "LAB_UNIT",
    "LOOKED",
    "MEASURED",
    "METHOD",
    "NOTE",
    "NOTICE",
    "NUMBER_OF_EPISODE",
    "ONGOING",
    "ONSET",
    "OUTCOME",
    "PHENOTYPE",
    "PLACEMENT",
    "PREFERENCES",
    "PREGNANCY",
    "PREGNANCY_STATUS",
    "PURPOSE",
    "REACTION",
    "RELATION",
    "REVOKED",
    "SCALES",
    "SCALE_ID",
    "SCHEMA_VERSION",
    "SECTIONS",
    "SESSIONS",
    "SEX",
    "SIDE_EFFECTS",
    "SINCE_DOSE",
    "SPECIFIERS",
    "START",
    "STOP",
    "STOPPED_FOR",
    "SYSTEM",
    "TAKEN",
    "TEST",
    "TIME",
    "TOPICS",
    "TOTAL",
    "TREATED_WITH",
    "TREATMENTS",
    "UNIT_CONFIRMED",
    "VALUE",
    "VISIT_NOTES",
    "WEIGHT_OF",
    "WHERE",
    "Key",
    "Shape",
]

SCHEMA_VERSION = Key("schema_version", VERSION, "Version of this shape.", needed=True)
LABEL = Key(
    "label",
    BIDS_LABEL,
    "The BIDS label of the person, without `sub-`; no name, no date of birth.",
    needed=True,
)
NOTICE = Key(
    "notice", TEXT, "What the record says about itself (`invented person`); shown with results."
)

SEX = Key("sex", choice("female", "male", "intersex"), "Sex.")
AGE = Key("age_years", AGE_YEARS, "Age.")
DEMOGRAPHICS = Shape("demographics", "Who the person is.", (SEX, AGE))

DIAGNOSIS = Key("diagnosis", ICD10, "Diagnosis of the present episode.")
ONSET = Key("onset", DATE, "When it began.")
NUMBER_OF_EPISODE = Key(
    "number", at_least(WHOLE, 1), "Which episode of the life it is; 1 is the first."
)
SPECIFIERS = Key(
    "specifiers",
    many(
        choice(
            "anxious_distress",
            "mixed_features",
            "melancholic_features",
            "atypical_features",
            "psychotic_features",
            "catatonia",
            "peripartum_onset",
            "seasonal_pattern",
        )
    ),
    "Specifiers of DSM-5.",
)
EPISODE = Shape(
    "episode", "The present episode.", (DIAGNOSIS, ONSET, NUMBER_OF_EPISODE, SPECIFIERS)
)

TREATED_WITH = Key("treatment", TREATMENT, "What was tried.", needed=True)
DOSE = Key("dose", at_least(NUMBER, 0.0, above=True), "Highest dose that was held.")
DOSE_UNIT = Key("unit", UNIT, "Unit of the dose; has to be there where a dose is given.")
START = Key("start", DATE, "First day.")
STOP = Key("stop", DATE, "Last day.")
ONGOING = Key("ongoing", FLAG, "Whether it is still taken. Either this or `stop`.")
ADHERENCE = Key("adherence", choice("good", "partial", "poor"), "How regularly it was taken.")
OUTCOME = Key(
    "outcome",
    choice("remission", "response", "partial_response", "no_response", "worse"),
    "What came of it.",
)
STOPPED_FOR = Key(
    "stopped_for",
    choice("no_benefit", "side_effects", "remission", "choice", "other"),
    "Why it was stopped; needs `stop`, or `ongoing: no` where the day is not known.",
)
SESSIONS = Key("sessions", at_least(WHOLE, 1), "Number of sessions, for procedures and therapies.")
PLACEMENT = Key("placement", choice("bilateral", "unilateral"), "Electrodes of ECT.")
TREATMENTS = Shape(
    "treatments",
    "Every trial of a treatment for depression, of this and earlier episodes.",
    (
        TREATED_WITH,
        DOSE,
        DOSE_UNIT,
        START,
        STOP,
        ONGOING,
        ADHERENCE,
        OUTCOME,
        STOPPED_FOR,
        SESSIONS,
        PLACEMENT,
    ),
    repeated=True,
)

TAKEN = Key("drug", DRUG, "What is taken.", needed=True)
DRUGS = Shape(
    "drugs",
    "Everything else that is taken now, or was stopped of late.",
    (TAKEN, DOSE, DOSE_UNIT, START, STOP),
    repeated=True,
)

CODE = Key("code", ICD10, "Code of the diagnosis.", needed=True)
SYSTEM = Key("system", choice("icd10"), "Code system.", needed=True)
CONDITION_STATUS = Key(
    "status",
    choice("active", "resolved", "suspected", "unknown"),
    "Whether it is there now; `suspected` if it is not confirmed, neither there nor absent.",
    needed=True,
)
ALLERGIC_TO = Key("drug", DRUG, "What is not to be given again.", needed=True)
ALLERGY_KIND = Key("kind", choice("allergy", "intolerance"), "Allergy, or not borne.", needed=True)
REACTION = Key("reaction", TEXT, "What happened.")
ALLERGIES = Shape(
    "allergies",
    "Drugs that are not to be given again.",
    (ALLERGIC_TO, ALLERGY_KIND, REACTION),
    repeated=True,
)

CONDITIONS = Shape(
    "conditions", "Other diagnoses.", (CODE, SYSTEM, CONDITION_STATUS, ONSET), repeated=True
)

RELATION = Key("relation", TEXT, "Which relative: `mother`, `brother`.")
FAMILY = Shape("family", "Diagnoses in the family.", (CODE, SYSTEM, RELATION), repeated=True)

IMPLANT_KIND = Key("kind", IMPLANT, "What it is.", needed=True)
WHERE = Key("site", SITE, "Where in the body.")
IMPLANTS = Shape(
    "implants", "Implants and metal in the body.", (IMPLANT_KIND, WHERE), repeated=True
)

PREGNANCY_STATUS = Key(
    "status",
    choice("pregnant", "not_pregnant", "breastfeeding"),
    "What was found; if it is not known, write `pregnancy: unknown`.",
    needed=True,
)
LOOKED = Key("date", DATE, "When it was asked or examined.")
PREGNANCY = Shape("pregnancy", "Pregnancy and breastfeeding.", (PREGNANCY_STATUS, LOOKED))

MEASURED = Key("date", DATE, "When it was measured.", needed=True)
TEST = Key("test", LAB, "What was measured.", needed=True)
VALUE = Key(
    "value",
    NUMBER,
    "The value as reported; a plausible one. Where `comparator` is given, the limit.",
    needed=True,
)
LAB_UNIT = Key("unit", UNIT, "The unit as reported; never guessed.", needed=True)
BOUND = Key(
    "comparator",
    COMPARATOR,
    'Only where the report says so: the value lies below (`"<"`) or above (`">"`) this limit.',
)
METHOD = Key("assay", ASSAY, "Method or kit, for tests whose values depend on it.")
FASTING = Key("fasting", FLAG, "Whether the person had fasted.")
TIME = Key("time", CLOCK, "Local clock time of the sample.")
SINCE_DOSE = Key(
    "hours_since_dose",
    HOURS_AGO,
    "For the level of a drug: how long after its last dose.",
)
UNIT_CONFIRMED = Key(
    "unit_confirmed",
    FLAG,
    "Only after the question whether a unit is right: it was looked up again, and it is.",
)
AWAKE = Key("minutes_after_waking", MINUTES_AWAKE, "For cortisol: how long after waking.")
LABS = Shape(
    "labs",
    "Laboratory values. One test may have several values on one day, but not two at one time.",
    (
        TEST,
        VALUE,
        LAB_UNIT,
        MEASURED,
        BOUND,
        METHOD,
        FASTING,
        TIME,
        AWAKE,
        SINCE_DOSE,
        UNIT_CONFIRMED,
    ),
    repeated=True,
)

SCALE_ID = Key("scale", SCALE, "Which scale.", needed=True)
ITEMS = Key("items", ANSWERS, "The answers in the order of the scale, as many as it has.")
EXTRA = Key("extras", EXTRAS, "Questions beside the scored ones, by their names.")
TOTAL = Key("total", NUMBER, "The total, only where the answers are not at hand.")
SCALES = Shape(
    "scales",
    "Answers to rating scales; either `items`, from which the score is worked out, or `total`.",
    (SCALE_ID, MEASURED, ITEMS, EXTRA, TOTAL),
    repeated=True,
)

EFFECT_TOLD = Key("effect", EFFECT, "Which side effect.", needed=True)
EFFECT_SEVERITY = Key("severity", SEVERITY, "How bad it is for the person.", needed=True)
SIDE_EFFECTS = Shape(
    "side_effects",
    "Side effects as the person tells them.",
    (EFFECT_TOLD, EFFECT_SEVERITY, MEASURED),
    repeated=True,
)

NOTE = Key("text", TEXT, "In the person's own words.", needed=True)
VISIT_NOTES = Shape(
    "visit_notes", "What the person wants to ask or say.", (NOTE, MEASURED), repeated=True
)

GENE = Key("gene", GENE_SYMBOL, "Which gene.", needed=True)
DIPLOTYPE = Key(
    "diplotype", ALLELES, "The diplotype as reported, with tandems (`*36+*10`) and copies (`*1x2`)."
)
PHENOTYPE = Key(
    "phenotype",
    choice(
        "poor_metabolizer",
        "likely_poor_metabolizer",
        "intermediate_metabolizer",
        "likely_intermediate_metabolizer",
        "normal_metabolizer",
        "rapid_metabolizer",
        "ultrarapid_metabolizer",
        "indeterminate",
    ),
    "The phenotype as reported, where no diplotype is.",
)
GENOTYPES = Shape(
    "genotypes",
    "Reported diplotypes or phenotypes.",
    (GENE, DIPLOTYPE, PHENOTYPE),
    repeated=True,
)

FOUND = Key("finding", FINDING, "What was asked or examined.", needed=True)
FINDING_STATUS = Key(
    "status", choice("present", "absent", "unknown"), "What was found.", needed=True
)
FINDINGS = Shape(
    "findings",
    "What the safety rules ask for.",
    (FOUND, FINDING_STATUS, LOOKED),
    repeated=True,
)

WEIGHT_OF = Key("weights", WEIGHTS, "How much each outcome or burden matters; `{}` keeps defaults.")
HAD = Key("experience", EXPERIENCE, "Side effects that the person had, by treatment.")
WISHED = Key("date", DATE, "When the person was asked.")
PREFERENCES = Shape("preferences", "What matters to the person.", (WEIGHT_OF, HAD, WISHED))

PURPOSE = Key(
    "purpose",
    choice("care", "family", "research", "incidental_findings"),
    "What it is about.",
    needed=True,
)
GRANTED = Key("granted", FLAG, "Whether the person agreed.", needed=True)
ASKED = Key("date", DATE, "When the person was asked.", needed=True)
REVOKED = Key("revoked", DATE, "When the person took it back.")
TOPICS = Key(
    "topics",
    many(choice("diagnosis", "treatments", "plan_dates", "warning_signs", "wishes")),
    "What family or friends may be told; what is not named is not shared.",
)
CONSENTS = Shape(
    "consents",
    "What the person agreed to.",
    (PURPOSE, GRANTED, ASKED, REVOKED, TOPICS),
    repeated=True,
)

SECTIONS = (
    DEMOGRAPHICS,
    EPISODE,
    TREATMENTS,
    DRUGS,
    CONDITIONS,
    IMPLANTS,
    PREGNANCY,
    LABS,
    SCALES,
    GENOTYPES,
    FINDINGS,
    PREFERENCES,
    CONSENTS,
    ALLERGIES,
    FAMILY,
    SIDE_EFFECTS,
    VISIT_NOTES,
)
HEAD = (SCHEMA_VERSION, LABEL, NOTICE)
