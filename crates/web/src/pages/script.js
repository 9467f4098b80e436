// Adds copying, sharing and "did it open?". Every page works without it.
(function () {
  "use strict";
  var $ = function (id) { return document.getElementById(id); };
  var each = function (what, act) { document.querySelectorAll(what).forEach(act); };
  var say = function (text) { $("said").textContent = ""; setTimeout(function () { $("said").textContent = text; }, 50); };

  each("[data-copy]", function (button) {
    var field = $(button.dataset.copy), was = button.textContent;
    button.hidden = false;
    var done = function () {
      button.textContent = button.dataset.said;
      say(button.dataset.said);
      setTimeout(function () { button.textContent = was; }, 2500);
    };
    button.addEventListener("click", function () {
      field.select();
      if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, function () {});
      else if (document.execCommand("copy")) done();
    });
  });

  each("[readonly][dir=ltr]", function (field) {
    field.addEventListener("focus", function () { field.select(); });
  });

  each("[data-share]", function (button) {
    if (!navigator.share) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.share({ url: $(button.dataset.share).value }).catch(function () {});
    });
  });

  each("[data-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  each("[data-show]", function (button) {
    var field = $(button.dataset.show), show = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      var shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.textContent = shown ? button.dataset.hide : show;
      button.setAttribute("aria-pressed", shown);
    });
    field.form.addEventListener("submit", function () { field.type = "password"; });
  });

  each("[data-pick]", function (button) {
    button.addEventListener("click", function (event) {
      event.preventDefault();
      var field = $(button.dataset.pick);
      field.value = button.value;
      field.removeAttribute("aria-invalid");
      $("password").focus();
    });
  });

  each("[data-all]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var boxes = Array.from(button.form.querySelectorAll("[type=checkbox]"));
      var some = boxes.some(function (box) { return !box.checked; });
      boxes.forEach(function (box) { box.checked = some; });
    });
  });

  // A page that is still in front after a while: the app did not open.
  each("[data-open]", function (link) {
    link.addEventListener("click", function () {
      setTimeout(function () {
        var help = $("opened");
        if (document.hidden || !help) return;
        help.classList.add("now");
        help.scrollIntoView({ block: "nearest" });
      }, 2000);
    });
  });
})();
