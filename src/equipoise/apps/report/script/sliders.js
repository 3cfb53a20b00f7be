// Sliders that put the options in order again; what is on record stays as it is.
const sliders = (section) => {
  const data = weigh.open(JSON.parse(section.querySelector("[type='application/json']").textContent));
  const words = data.words;
  const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
  const inputs = [...section.querySelectorAll("input[data-weight]")];
  const rows = [...section.querySelectorAll("tr[data-option]")];
  const status = section.querySelector("[role=status]");
  const more = section.querySelector("[data-more]");
  const start = data.attributes.map((one) => one.swing);
  const named = (list) => {
    const options = list.slice(0, 3).map((t) => data.options[t]).join(", ");
    return list.length > 3 ? fill(words.and_more, { options, n: list.length - 3 }) : options;
  };
  const avoided = new Set(data.avoid);
  let swings = [...start], all = false, before = null, waiting = 0;

  const kinds = (found) => {
    const free = found.order.filter((t) => !avoided.has(t));
    const tied = free.filter((t) => found.tied[t]);
    return {
      tied,
      rest: free.filter((t) => !found.tied[t]),
      avoid: found.order.filter((t) => avoided.has(t)),
      ahead: [...free].sort((a, b) => found.utility[b] - found.utility[a] || a - b)[0],
    };
  };
  const whole = (share) => {
    if (share > 0 && share < 0.005) return words.few;
    return share < 1 && share >= 0.995 ? words.most : String(Math.round(100 * share));
  };

  const shown = (found) => {
    const parts = kinds(found);
    let place = 0;
    for (const name of ["tied", "rest", "avoid"]) {
      const body = section.querySelector(`[data-group=${name}]`);
      const head = body.rows[0].cells[0];
      head.textContent = words[name];
      if (name === "tied" && parts.tied.length === 1) head.textContent = words.first;
      if (name === "rest" && !parts.tied.length) head.textContent = words.behind;
      let drawn = 0;
      for (const t of parts[name]) {
        const row = rows.find((one) => Number(one.dataset.option) === t);
        row.querySelector("[data-now]").textContent = fill(words.row, {
          utility: found.utility[t].toFixed(1), best: whole(found.best[t]),
        });
        row.hidden = !all && place >= data.shown;
        drawn += row.hidden ? 0 : 1;
        place += 1;
        body.append(row);
      }
      body.hidden = drawn === 0;
    }
    inputs.forEach((input) => {
      const share = fill(words.share, { share: whole(found.weights[input.dataset.weight]) });
      section.querySelector(`output[for="${input.id}"]`).textContent = share;
      input.setAttribute("aria-valuetext", share);
    });
    more.hidden = rows.length <= data.shown;
    more.textContent = all ? words.fewer : words.more;
    return parts;
  };

  const told = (parts, untouched) => {
    const said = [];
    if (untouched) said.push(words.same);
    if (!swings.some((one) => one > 0)) said.push(words.none);
    if (parts.ahead >= 0) {
      said.push(fill(words.ahead, { option: data.options[parts.ahead] }));
      if (before && before.ahead !== parts.ahead) {
        said.push(fill(words.before, { option: data.options[before.ahead] }));
      }
    }
    if (parts.tied.length === 1) said.push(words.alone);
    if (parts.tied.length > 1) said.push(fill(words.sharing, { n: parts.tied.length }));
    if (before) {
      const came = parts.tied.filter((t) => !before.tied.includes(t));
      const went = before.tied.filter((t) => !parts.tied.includes(t));
      if (came.length) said.push(fill(words.joined, { options: named(came) }));
      if (went.length) said.push(fill(words.left, { options: named(went) }));
    }
    status.textContent = said.join(" ");
    before = parts;
  };

  // The order follows at once; the sentence waits until the slider rests.
  const ranked = () => {
    const parts = shown(weigh.rank(data, swings));
    clearTimeout(waiting);
    waiting = setTimeout(() => told(parts, swings.every((one, a) => one === start[a])), 400);
  };
  const reset = () => {
    swings = [...start];
    inputs.forEach((input) => { input.value = swings[input.dataset.weight]; });
    ranked();
  };
  inputs.forEach((input) => input.addEventListener("input", () => {
    swings[input.dataset.weight] = Number(input.value);
    ranked();
  }));
  section.querySelector("[data-reset]").addEventListener("click", reset);
  more.addEventListener("click", () => { all = !all; ranked(); });
  reset();
  section.hidden = false;
};
