# Reference values for the pairwise meta-analysis, by the R package metafor.
#
#   Rscript metafor_pairwise.R SHARED_DATA OUT_DIR
#
# SHARED_DATA is the folder of outside data (see README.md); only results go to OUT_DIR, never rows
# of those data. The made sets are formulas without chance, rounded, and are written in full.
#
# All iterations run to full precision: the default tolerances of metafor (1e-5 for REML, 1.2e-4 for
# the root of Paule and Mandel and for the interval of tau2) would be the largest difference.

suppressMessages(library(metafor))
options(warn = 1)

given <- commandArgs(trailingOnly = TRUE)
shared <- file.path(given[1], "clinical", "meta")
out <- given[2]

made <- function() {
  i <- 1:14
  waves <- data.frame(set = "waves", study = i,
    estimate = round(0.35 + 0.30 * sin(2.3 * i) + 0.15 * cos(0.9 * i), 3),
    standard_error = round(0.10 + 0.02 * (5 * i) %% 9, 3),
    moderator = round(cos(2.3 * i) + i / 10, 3), group = c("a", "b", "c")[1 + i %% 3])
  i <- 1:10
  calm <- data.frame(set = "calm", study = i,
    estimate = round(-0.2 + 0.08 * sin(2.3 * i), 3),
    standard_error = round(0.15 + 0.02 * (3 * i) %% 7, 3),
    moderator = round(i / 5, 3), group = c("a", "b")[1 + i %% 2])
  i <- 1:2
  pair <- data.frame(set = "pair", study = i, estimate = c(0.1, 0.9),
    standard_error = c(0.2, 0.3), moderator = 0, group = "a")
  i <- 1:40
  error <- round(0.08 + 0.012 * (7 * i) %% 31, 3)
  funnel <- data.frame(set = "funnel", study = i,
    estimate = round(0.02 + 0.25 * sin(1.7 * i) + error * (1.1 + 1.1 * cos(2.3 * i)), 3),
    standard_error = error, moderator = round(sin(i), 3), group = c("a", "b")[1 + i %% 2])
  steep <- data.frame(set = "steep", study = i,
    estimate = round(0.1 + error * (1.3 + 0.5 * cos(2.3 * i)), 3),
    standard_error = error, moderator = round(cos(i), 3), group = c("a", "b")[1 + i %% 2])
  rbind(waves, calm, pair, funnel, steep)
}

rows <- list()
keep <- function(set, analysis, method, test, ...) {
  values <- c(...)
  values <- values[!is.na(values)]
  rows[[length(rows) + 1]] <<- data.frame(set = set, analysis = analysis, method = method,
    test = test, quantity = names(values), value = sprintf("%.15g", values))
}

methods <- c(common = "EE", DL = "DL", PM = "PM", REML = "REML")
tests <- c(z = "z", hk = "knha")
fitted <- function(y, se, method, test, ...) {
  exact <- if (method == "PM") list(tol = 1e-15, maxiter = 10000, tau2.max = 1e4) else
    list(threshold = 1e-13, maxiter = 10000)
  suppressWarnings(rma(y, sei = se, method = methods[[method]], test = tests[[test]],
    control = exact, ...))
}
bounds <- function(fit) {
  if (fit$k - fit$p < 1 || fit$method == "EE") return(c(tau2_low = NA, tau2_high = NA))
  found <- confint(fit, control = list(tol = 1e-15, tau2.max = 1e4, maxiter = 10000))
  c(tau2_low = found$random[1, 2], tau2_high = found$random[1, 3])
}

pooled <- function(set, y, se) {
  for (method in names(methods)) for (test in names(tests)) {
    fit <- fitted(y, se, method, test)
    ahead <- if (method == "common") c(NA, NA) else unlist(predict(fit)[c("pi.lb", "pi.ub")])
    keep(set, "pool", method, test, k = fit$k, estimate = fit$beta[1], standard_error = fit$se,
      ci_low = fit$ci.lb, ci_high = fit$ci.ub, p_value = fit$pval,
      prediction_low = ahead[[1]], prediction_high = ahead[[2]],
      tau2 = fit$tau2, bounds(fit), i2 = fit$I2, h2 = fit$H2, q = fit$QE, q_p_value = fit$QEp,
      first_weight = weights(fit)[[1]])
  }
}

grouped <- function(set, y, se, group) {
  for (method in names(methods)) for (test in names(tests)) {
    fits <- lapply(split(seq_along(y), group), function(j) fitted(y[j], se[j], method, test))
    for (name in names(fits)) keep(set, paste("group", name), method, test,
      k = fits[[name]]$k, estimate = fits[[name]]$beta[1], standard_error = fits[[name]]$se,
      tau2 = fits[[name]]$tau2)
    estimate <- sapply(fits, function(f) f$beta[1])
    between <- rma(estimate, sei = sapply(fits, function(f) f$se), mods = ~ names(fits),
      method = "FE")
    keep(set, "groups", method, test, q_between = between$QM, p_value = between$QMp,
      df = length(fits) - 1)
  }
}

regressed <- function(set, y, se, moderators) {
  for (method in names(methods)) for (test in names(tests)) {
    fit <- fitted(y, se, method, test, mods = as.matrix(moderators))
    number <- seq_along(fit$beta) - 1
    keep(set, "regress", method, test,
      setNames(fit$beta[, 1], paste0("coefficient_", number)),
      setNames(fit$se, paste0("standard_error_", number)),
      setNames(fit$ci.lb, paste0("ci_low_", number)),
      setNames(fit$pval, paste0("p_value_", number)),
      covariance_01 = fit$vb[1, 2], qm = fit$QM, qm_p_value = fit$QMp,
      qe = fit$QE, qe_p_value = fit$QEp, tau2 = fit$tau2, bounds(fit), i2 = fit$I2, h2 = fit$H2,
      r2 = if (method == "common" || is.null(fit$R2)) NA else fit$R2)
  }
}

egger <- function(set, y, se) {
  test <- regtest(y, sei = se, model = "lm", predictor = "sei")
  line <- coef(summary(test$fit))
  keep(set, "egger", "common", "t", bias = line[2, 1], standard_error = line[2, 2],
    statistic = test$zval, p_value = test$pval, df = test$dfs, limit_estimate = test$est,
    limit_low = test$ci.lb, limit_high = test$ci.ub)
}

# The optimisers of metafor stop early in different places: the highest likelihood of four counts.
selected <- function(set, y, se, steps, alternative) {
  plain <- rma(y, sei = se, method = "ML", control = list(threshold = 1e-13, maxiter = 10000))
  best <- NULL
  for (control in list(list(optimizer = "nlminb"),
      list(reltol = 1e-15, maxit = 5000),
      list(optimizer = "Nelder-Mead", reltol = 1e-16, maxit = 50000),
      list(optimizer = "nlm", gradtol = 1e-11, steptol = 1e-13, iterlim = 5000))) {
    fit <- try(suppressWarnings(selmodel(plain, type = "stepfun", alternative = alternative,
      steps = steps, control = control)), silent = TRUE)
    if (!inherits(fit, "try-error") && (is.null(best) || logLik(fit) > logLik(best))) best <- fit
  }
  number <- seq_along(steps)
  inside <- best$tau2 > 1e-6  # metafor's Hessian is not to be had where tau2 is 0
  keep(set, paste("select", alternative, paste(steps, collapse = " ")), "ML", "z",
    k = best$k, estimate = best$beta[1], standard_error = if (inside) best$se else NA,
    tau2 = best$tau2, setNames(best$delta[-1], paste0("weight_", number)),
    setNames(if (inside) best$se.delta[-1] else rep(NA_real_, length(number)),
      paste0("weight_error_", number)),
    log_likelihood = as.numeric(logLik(best)), lrt = best$LRT, lrt_p_value = best$LRTp,
    unadjusted_estimate = plain$beta[1], unadjusted_tau2 = plain$tau2)
}

# The made sets ------------------------------------------------------------------------------------

sets <- made()
write.csv(sets, file.path(out, "metafor_pairwise_data.csv"), row.names = FALSE, quote = FALSE)
for (set in unique(sets$set)) {
  d <- sets[sets$set == set, ]
  pooled(set, d$estimate, d$standard_error)
  if (set == "pair") next
  grouped(set, d$estimate, d$standard_error, d$group)
  regressed(set, d$estimate, d$standard_error, d["moderator"])
  egger(set, d$estimate, d$standard_error)
}
d <- sets[sets$set == "funnel", ]
selected("funnel", d$estimate, d$standard_error, 0.025, "greater")
selected("funnel", d$estimate, d$standard_error, c(0.025, 0.5), "greater")
selected("funnel", -d$estimate, d$standard_error, 0.025, "less")
for (set in c("waves", "steep")) {
  d <- sets[sets$set == set, ]
  selected(set, d$estimate, d$standard_error, 0.025, "greater")
}

# The outside data ---------------------------------------------------------------------------------

d <- read.csv(file.path(shared, "dmetar_SuicidePrevention.csv"))
e <- escalc("SMD", m1i = mean.e, sd1i = sd.e, n1i = n.e, m2i = mean.c, sd2i = sd.c, n2i = n.c,
  data = d)
pooled("suicide", e$yi, sqrt(e$vi))

d <- read.csv(file.path(shared, "dmetar_DepressionMortality.csv"))
e <- escalc("RR", ai = event.e, n1i = n.e, ci = event.c, n2i = n.c, data = d)
pooled("mortality", e$yi, sqrt(e$vi))
egger("mortality", e$yi, sqrt(e$vi))

d <- read.csv(file.path(shared, "metadat_linde2005.csv"))
d <- d[!is.na(d$ai), ]
for (measure in c("OR", "RR")) {
  e <- escalc(measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d)
  set <- paste("linde2005", measure)
  se <- sqrt(e$vi)
  pooled(set, e$yi, se)
  grouped(set, e$yi, se, d$group)
  regressed(set, e$yi, se, d[c("year", "duration")])
  egger(set, e$yi, se)
  selected(set, e$yi, se, 0.025, "greater")
}

d <- read.csv(file.path(shared, "metadat_furukawa2003.csv"))
e <- escalc("SMD", m1i = Me, sd1i = Se, n1i = Ne, m2i = Mc, sd2i = Sc, n2i = Nc, data = d)
pooled("furukawa2003", e$yi, sqrt(e$vi))
egger("furukawa2003", e$yi, sqrt(e$vi))
selected("furukawa2003", e$yi, sqrt(e$vi), 0.025, "less")

metapsy <- function(name) {
  read.csv2(file.path(shared, name, "data.csv"), fileEncoding = "latin1", check.names = FALSE)
}
d <- metapsy("metapsy_total-response")
d <- d[d$disorder == "Depression", ]
pooled("response therapy", d$plogit.ig, d$se.plogit.ig)
pooled("response control", d$plogit.cg, d$se.plogit.cg)
pooled("response ratio", d$logrr, d$se.logrr)
egger("response ratio", d$logrr, d$se.logrr)
selected("response ratio", d$logrr, d$se.logrr, 0.025, "greater")

d <- metapsy("metapsy_depression-psiloctr")
d <- d[d$primary_instrument == 1 & d$primary_timepoint == 1 & d$outcome_type == "msd" &
  d$condition_arm2 != "psil" & !is.na(d$.g) & !(d$post_crossover %in% 1), ]
pooled("psilocybin", d$.g, d$.g_se)
egger("psilocybin", d$.g, d$.g_se)

about <- c(paste("#", R.version.string), paste("# metafor", packageVersion("metafor")),
  "# made by metafor_pairwise.R")
target <- file.path(out, "metafor_pairwise.csv")
writeLines(about, target)
suppressWarnings(write.table(do.call(rbind, rows), target, append = TRUE, sep = ",",
  row.names = FALSE, quote = FALSE))
