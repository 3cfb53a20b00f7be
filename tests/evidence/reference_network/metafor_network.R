# Reference values for the tests of network meta-analysis, by R metafor.
#
# Rscript metafor_network.R [FOLDER]
#
# FOLDER holds metadat_furukawa2003.csv and dmetar_TherapyFormats.csv; without it the rows of these
# two are kept as they stand.
# Writes its tables beside itself. The covariances within a study are written out here by hand, so
# that they do not come from the program under test.

suppressPackageStartupMessages({
  library(metafor)
  library(metadat) # codespell:ignore metadat
})
options(digits = 17)

arguments <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
outside <- commandArgs(trailingOnly = TRUE)
TIGHT <- list(optimizer = "BFGS", reltol = 1e-16, maxit = 5000)

# A network is a list: y (contrasts against the first arm of the study), V, X (columns: treatments,
# +1 and -1), study, treatments.

# One study from its arms: value, variance v, and u, so that the arms have covariance v + u u'.
one_study <- function(treatment, value, v, u = 0 * v) {
  order <- order(treatment)
  treatment <- treatment[order]; value <- value[order]; v <- v[order]; u <- u[order]
  contrast <- cbind(-1, diag(length(v) - 1))
  list(
    arms = treatment, contrast = contrast, y = as.vector(contrast %*% value),
    V = contrast %*% (diag(v) + u %*% t(u)) %*% t(contrast)
  )
}

network <- function(studies) {
  treatments <- sort(unique(unlist(lapply(studies, `[[`, "arms"))), method = "radix")
  X <- do.call(rbind, lapply(studies, function(s) {
    columns <- matrix(0, nrow(s$contrast), length(treatments), dimnames = list(NULL, treatments))
    columns[, s$arms] <- s$contrast
    columns
  }))
  list(
    y = unlist(lapply(studies, `[[`, "y")), V = bldiag(lapply(studies, `[[`, "V")), X = X,
    study = rep(names(studies), vapply(studies, function(s) nrow(s$contrast), 0)),
    treatments = treatments, arms = lapply(studies, `[[`, "arms")
  )
}

from_events <- function(arms) {
  studies <- list()
  for (label in unique(arms$study)) {
    s <- arms[arms$study == label, ]
    if (nrow(s) < 2 || all(s$events == 0) || all(s$events == s$total)) next
    half <- if (any(s$events == 0 | s$events == s$total)) 0.5 else 0
    a <- s$events + half
    b <- s$total - s$events + half
    studies[[label]] <- one_study(s$treatment, log(a / b), 1 / a + 1 / b)
    if (nrow(s) == 2) { # the two-arm studies are metafor's own log odds ratios
      s <- s[order(s$treatment), ]
      own <- escalc(measure = "OR", ai = s$events[2], bi = s$total[2] - s$events[2],
        ci = s$events[1], di = s$total[1] - s$events[1])
      stopifnot(all.equal(c(own$yi), studies[[label]]$y), all.equal(own$vi, c(studies[[label]]$V)))
    }
  }
  network(studies)
}

from_means <- function(arms, standardised) {
  studies <- list()
  for (label in unique(arms$study)) {
    s <- arms[arms$study == label, ]
    n <- s$total
    if (standardised) {
      f <- sum(n - 1)
      pooled <- sqrt(sum((n - 1) * s$sd^2) / f)
      g <- s$mean / pooled * exp(lgamma(f / 2) - log(sqrt(f / 2)) - lgamma((f - 1) / 2))
      studies[[label]] <- one_study(s$treatment, g, 1 / n, g / sqrt(2 * sum(n)))
    } else {
      studies[[label]] <- one_study(s$treatment, s$mean, s$sd^2 / n)
    }
    if (nrow(s) == 2) {
      s <- s[order(s$treatment), ]
      own <- escalc(measure = if (standardised) "SMD" else "MD", m1i = s$mean[2], sd1i = s$sd[2],
        n1i = s$total[2], m2i = s$mean[1], sd2i = s$sd[1], n2i = s$total[1])
      stopifnot(all.equal(c(own$yi), studies[[label]]$y), all.equal(own$vi, c(studies[[label]]$V)))
    }
  }
  network(studies)
}

# Contrast-level: cov(y_1j, y_1k) = (v_1j + v_1k - v_jk) / 2. Differences that close only up to
# rounding are first replaced by the nearest ones that close (least squares: means of the rows).
from_contrasts <- function(rows) {
  studies <- list()
  for (label in unique(rows$study)) {
    s <- rows[rows$study == label, ]
    arms <- sort(unique(c(s$treat1, s$treat2)), method = "radix")
    a <- length(arms)
    y <- v <- matrix(0, a, a, dimnames = list(arms, arms))
    for (i in seq_len(nrow(s))) {
      y[s$treat1[i], s$treat2[i]] <- s$te[i]
      y[s$treat2[i], s$treat1[i]] <- -s$te[i]
      v[s$treat1[i], s$treat2[i]] <- v[s$treat2[i], s$treat1[i]] <- s$se[i]^2
    }
    level <- rowMeans(y)
    first <- v[-1, 1]
    V <- (outer(first, first, `+`) - v[-1, -1]) / 2
    studies[[label]] <- list(arms = arms, contrast = cbind(-1, diag(a - 1)), y = level[-1] - level[1],
      V = V)
  }
  network(studies)
}

# DerSimonian and Laird for a network: Q at tau2 = 0 equals its expectation.
moments <- function(net, X) {
  W <- solve(net$V)
  P <- W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
  G <- outer(net$study, net$study, `==`) * (0.5 + 0.5 * diag(length(net$y)))
  q <- c(t(net$y) %*% P %*% net$y)
  max(0, (q - (nrow(X) - ncol(X))) / sum(diag(P %*% G)))
}

# rma.mv() takes a column of ones for an intercept and moves it to the front; the signs of X are
# turned (and those of the coefficients with them), so that there is none.
fit <- function(net, X, method) {
  X <- -X
  stopifnot(!apply(X == 1, 2, all))
  row <- factor(seq_along(net$y))
  study <- factor(net$study)
  if (method == "common") return(rma.mv(net$y, net$V, mods = X, intercept = FALSE))
  tau2 <- if (method == "DL") moments(net, X) else NULL
  rma.mv(net$y, net$V, mods = X, intercept = FALSE, random = ~ row | study, struct = "CS",
    rho = 0.5, tau2 = tau2, control = TIGHT)
}

# Q within designs: what is left when every set of treatments has contrasts of its own.
within_designs <- function(net) {
  sets <- vapply(net$arms, paste, "", collapse = " | ")
  place <- ave(seq_along(net$study), net$study, FUN = seq_along)
  cell <- factor(paste(sets[net$study], place))
  X <- outer(as.character(cell), levels(cell), `==`) * 1
  if (nrow(X) == ncol(X)) return(c(0, 0))
  c(rma.mv(net$y, net$V, mods = X, intercept = FALSE)$QE, nrow(X) - ncol(X))
}

contrasts <- fits <- splits <- data.frame()

report <- function(name, net, methods = c("REML", "DL", "common")) {
  X <- net$X[, -1, drop = FALSE]
  within <- within_designs(net)
  for (method in methods) {
    res <- fit(net, X, method)
    b <- c(0, -coef(res))
    C <- rbind(0, cbind(0, vcov(res)))
    pairs <- combn(length(b), 2)
    i <- pairs[2, ]; j <- pairs[1, ]
    contrasts <<- rbind(contrasts, data.frame(network = name, method = method,
      treat1 = net$treatments[i], treat2 = net$treatments[j], estimate = unname(b[i] - b[j]),
      se = sqrt(diag(C)[i] + diag(C)[j] - 2 * C[cbind(i, j)])))
    fits <<- rbind(fits, data.frame(network = name, method = method,
      tau2 = if (method == "common") 0 else res$tau2, q = res$QE, q_df = nrow(X) - ncol(X),
      q_within = within[1], q_within_df = within[2], k_studies = length(net$arms),
      n_nodes = length(b)))
  }
}

joined <- function(net, kept, one, two) {
  reached <- one
  repeat {
    more <- unique(c(reached, unlist(Filter(function(a) any(a %in% reached), net$arms[kept]))))
    if (length(more) == length(reached)) return(two %in% reached)
    reached <- more
  }
}

# Symmetric side-splitting: in the studies that hold both, +w/2 and -w/2.
split <- function(name, net) {
  for (pair in combn(length(net$treatments), 2, simplify = FALSE)) {
    two <- net$treatments[pair[1]]; one <- net$treatments[pair[2]]
    both <- vapply(net$arms, function(a) all(c(one, two) %in% a), NA)
    if (!any(both) || !joined(net, !both, one, two)) next
    w <- (net$X[, one] - net$X[, two]) / 2 * (net$study %in% names(net$arms)[both])
    X <- cbind(w = w, one = net$X[, one], net$X[, setdiff(net$treatments, c(one, two))])
    res <- fit(net, X, "REML")
    C <- vcov(res)[1:2, 1:2]
    splits <<- rbind(splits, data.frame(network = name, treat1 = one, treat2 = two,
      direct = -sum(coef(res)[1:2]), direct_se = sqrt(sum(C)), indirect = -coef(res)[[2]],
      indirect_se = sqrt(C[2, 2]), difference = -coef(res)[[1]], difference_se = sqrt(C[1, 1]),
      p_value = res$pval[1], k_direct = sum(both)))
  }
}

write_table <- function(table, name) {
  numbers <- vapply(table, is.double, NA)
  table[numbers] <- lapply(table[numbers], function(x) format(x, digits = 15, trim = TRUE))
  write.table(table, file.path(here, name), sep = "\t", quote = FALSE, row.names = FALSE)
}

# --- simulated networks, by formula ------------------------------------------------------------
arms <- data.frame()
for (s in 1:30) {
  size <- 2 + (s %% 5 == 0) + (s %% 10 == 0)
  step <- if (size == 4) 1 else 1 + s %% 2
  for (j in seq_len(size) - 1) {
    t <- (s + j * step) %% 6
    n <- 40 + (17 * s + 23 * j) %% 60
    arms <- rbind(arms, data.frame(study = sprintf("s%02d", s), treatment = LETTERS[t + 1],
      events = round(n * plogis(-0.5 + 0.3 * sin(s) + 0.15 * t + 0.4 * cos(3 * s + 2 * j))),
      total = n, mean = round(20 + 3 * sin(s) - t + 1.5 * cos(3 * s + 2 * j), 1),
      sd = round(7 + 2 * sin(5 * s + j), 1)))
  }
}
special <- data.frame(
  study = c("zero", "zero", "full", "full", "full", "none", "none", "all", "all", "lone"),
  treatment = c("A", "B", "C", "D", "E", "A", "F", "B", "C", "D"),
  events = c(0, 3, 12, 9, 10, 0, 0, 10, 12, 5),
  total = c(20, 22, 12, 11, 12, 15, 14, 10, 12, 20), mean = NA, sd = NA)
events <- rbind(arms, special)[c("study", "treatment", "events", "total")]
means <- arms[c("study", "treatment", "mean", "sd", "total")]
for (column in c("events", "total")) events[[column]] <- as.integer(events[[column]])
means$total <- as.integer(means$total)
write_table(events, "simulated_events.tsv")
write_table(means, "simulated_means.tsv")
net <- from_events(events)
report("simulated_events", net)
split("simulated_events", net)
report("simulated_means", from_means(means, FALSE))
report("simulated_means_standardised", from_means(means, TRUE))

# --- published data, in the package of metafor's data sets -------------------------------------------
wide <- dat.linde2015
long <- do.call(rbind, lapply(1:3, function(i) data.frame(study = paste(wide$id),
  treatment = wide[[paste0("treatment", i)]], events = wide[[paste0("resp", i)]],
  total = wide[[paste0("n", i)]])))
net <- from_events(long[!is.na(long$events) & !is.na(long$total), ])
report("linde2015", net)
split("linde2015", net)

d <- dat.linde2005[!is.na(dat.linde2005$ai), ]
two <- function(names) rbind(
  data.frame(study = paste(d$id), treatment = names, events = d$ai, total = d$n1i),
  data.frame(study = paste(d$id), treatment = "placebo", events = d$ci, total = d$n2i))
by_group <- from_events(two(paste("hypericum", d$group)))
report("linde2005", from_events(two("hypericum")))
report("linde2005_groups", by_group)
# Trials with two arms are a meta-regression: rma() finds tau2 in other ways, and knows PM.
for (method in c("REML", "DL", "PM")) {
  own <- rma(by_group$y, diag(by_group$V), mods = -by_group$X[, -1], intercept = FALSE,
    method = method, control = list(threshold = 1e-14, maxiter = 10000, tol = 1e-12))
  if (method == "PM") {
    fits <- rbind(fits, data.frame(network = "linde2005_groups", method = "PM", tau2 = own$tau2,
      q = own$QE, q_df = own$k - own$p, q_within = own$QE, q_within_df = own$k - own$p,
      k_studies = own$k, n_nodes = own$p + 1))
  } else {
    here_tau2 <- fits$tau2[fits$network == "linde2005_groups" & fits$method == method]
    stopifnot(abs(own$tau2 - here_tau2) < 1e-7)
  }
}

OUTSIDE <- c("furukawa2003", "therapy_formats")
if (length(outside) == 1) {
  d <- read.csv(file.path(outside, "metadat_furukawa2003.csv"))
  long <- rbind(
    data.frame(study = d$author, treatment = "low dose", mean = d$Me, sd = d$Se, total = d$Ne),
    data.frame(study = d$author, treatment = "placebo", mean = d$Mc, sd = d$Sc, total = d$Nc))
  report("furukawa2003", from_means(long, TRUE))
  d <- read.csv(file.path(outside, "dmetar_TherapyFormats.csv"))
  net <- from_contrasts(data.frame(study = d$author, treat1 = d$treat1, treat2 = d$treat2,
    te = d$TE, se = d$seTE))
  report("therapy_formats", net)
  split("therapy_formats", net)
} else {
  old <- function(name) {
    table <- read.delim(file.path(here, name))
    table[table$network %in% OUTSIDE, ]
  }
  contrasts <- rbind(contrasts, old("contrasts.tsv"))
  fits <- rbind(fits, old("fits.tsv"))
  splits <- rbind(splits, old("splits.tsv"))
}

write_table(contrasts, "contrasts.tsv")
write_table(fits, "fits.tsv")
write_table(splits, "splits.tsv")
packages <- grep("^meta", loadedNamespaces(), value = TRUE)
versions <- vapply(sort(packages), function(p) paste0(p, "-", packageVersion(p)), "")
writeLines(c(R.version.string, versions), file.path(here, "versions.txt"))
