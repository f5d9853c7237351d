// Which of Tabler's rules are kept beside those whose names stand in templates, code and scripts: what state puts on a page
// (an error, an open menu) and what Django's own form rendering brings. Modal and offcanvas need no safe list: without
// Tabler's script nothing but a template can name them. Families that the product draws in its own way are dropped,
// whatever the templates say.
const fs = require("node:fs");

const styles = "pipeline/static/css";
const ownStyles = fs.existsSync(styles) ? fs.readdirSync(styles).filter((name) => name.endsWith(".css")) : [];
const variablesReadByOurs = ownStyles.flatMap(
  (name) => fs.readFileSync(`${styles}/${name}`, "utf8").match(/(?<=var\(\s*)--tblr-[\w-]+/g) ?? [],
);

module.exports = {
  css: ["node_modules/@tabler/core/dist/css/tabler.min.css"],
  content: ["pipeline/templates/**/*.html", "pipeline/static/js/**/*.js", "pipeline/{desk,portal,advisers,templatetags}/**/*.py"],
  fontFace: true,
  keyframes: true,
  variables: true,
  safelist: {
    standard: [
      "active", "disabled", "show", "small", "visually-hidden",
      /^(is|was)-(in)?valid/, /^(in)?valid-/, /^col-form-label/, /^form-(control|select|check|label|text|range|switch|hint|fieldset)/,
      /^input-group/, /^btn(-close|-primary|-sm|-icon)?$/, /^d-print-/,
    ],
    deep: [/^dropdown(-menu|-item|-divider|-header)?$/, /^alert$/, /^alert-(danger|info|success|warning)/, /^pagination$/, /^page-(item|link)/],
    variables: variablesReadByOurs,
  },
  blocklist: [
    /^(page-(wrapper|body|header|title|pretitle|center|cover|subtitle)|navbar|nav-|avatar|stamp|ribbon|steps?|step-|timeline)/,
    /^(badge|progress|chart|flag|payment|legend|tag|tags|status|tracking|star|carousel|accordion|placeholder|toast|tooltip|popover)/,
    /^(apexcharts|jvm|ts-|tom-|noUi|dz-|fslightbox|litepicker|plyr|tox|hljs|dropzone|countup|signature|iti)/,
  ],
};
