/* Draws what the page carries with Leaflet: no request, and every text set as text. */
var hjul = (function () {
  "use strict";

  var STREETS = { path: "path", cycle: "cycle", minor: "street", middle: "street", major: "major" };
  var INKS = {
    district: "soft", station: "station", water: "water-ink", park: "park-ink", cemetery: "park-ink"
  };
  var ARROW = [[1.2, 0], [-0.9, 0.95], [-0.45, 0], [-0.9, -0.95]];
  var MARKER_PX = 34;
  var SIGHT_PX = 8;
  /* A sign: how high it is, how much higher each further row of labels makes it; what a finger needs. */
  var SIGN_PX = 32, ROW_PX = 20, HOUSE_PX = 20, DOT_PX = 14, BETWEEN_PX = 8, AROUND_PX = 15, FINGER_PX = 44;
  var LABEL_FONT = "700 15px ";
  /* How many labels stand beside each other in a pill, and how many it has before it only counts them. */
  var PER_ROW = 3, MOST = 6;
  var SVG = "http://www.w3.org/2000/svg";
  var maps = [];
  var TURN_PX = 8.5;

  /* Whole steps of 0.00001 degree: lat, lon, then the differences. */
  function unpack(steps) {
    var points = [], lat = 0, lon = 0;
    for (var i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lon += steps[i + 1];
      points.push([lat / 1e5, lon / 1e5]);
    }
    return points;
  }

  function colour(map, name) {
    return getComputedStyle(map.getContainer()).getPropertyValue("--m-" + name).trim();
  }

  function pane(map, name, z) {
    var element = map.getPane(name) || map.createPane(name);
    element.style.zIndex = z;
    element.style.pointerEvents = "none";
    return name;
  }

  function element(tag, className, parent, text) {
    var made = document.createElement(tag);
    made.className = className;
    if (text !== undefined) { made.textContent = text; }
    if (parent) { parent.appendChild(made); }
    return made;
  }

  function drawing(className, d, parent) {
    var svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", className);
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", d);
    svg.appendChild(path);
    parent.appendChild(svg);
  }

  function createMap(id, words, options) {
    var container = document.getElementById(id);
    var figure = container.closest(".map");
    if (figure) { figure.classList.add("live"); }
    container.setAttribute("role", figure ? "group" : "region");
    container.setAttribute("aria-label", words.map);
    options.zoomAnimation = options.fadeAnimation = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    options.attributionControl = false;
    var map = L.map(id, options).setView(L.latLngBounds(options.view).getCenter(), 13);
    map.words = words;
    map.figure = figure;
    maps.push(map);
    /* The attribution comes first, so that it lies in the corner below the buttons. */
    L.control.attribution({ prefix: false }).addAttribution(words.attribution).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, position: "topleft" }).addTo(map);
    pane(map, "casings", 390);
    pane(map, "arrows", 410);
    pane(map, "counts", 590);
    map.signs = new Signs(map);
    map.heart = [];
    if (figure) { addWhole(map); }
    takeFingers(map);
    zoomToRides(map);
    map.on("resize", function () { fit(map); });
    map.on("popupopen", function (event) {
      var close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", words.close);
    });
    map.on("layeradd", function () {
      var toggle = container.querySelector(".leaflet-control-layers-toggle");
      if (toggle) { toggle.title = words.layers; toggle.setAttribute("aria-label", words.layers); }
    });
    /* Once everything is on it. */
    Promise.resolve().then(function () { fit(map); });
    return map;
  }

  /* All of the view, with no sign cut off or below the buttons; from there one may zoom out one step. */
  function fit(map) {
    var size = map.getSize(), left = 30, top = 30, right = 30, bottom = 34;
    if (!size.x || !size.y) { return; }
    map.options.minZoom = 0;
    for (var tries = 0; tries < 4; tries++) {
      map.fitBounds(map.options.view, {
        paddingTopLeft: [Math.min(left, size.x / 3), Math.min(top, size.y / 3)],
        paddingBottomRight: [Math.min(right, size.x / 3), Math.min(bottom, size.y / 3)],
        animate: false
      });
      map.signs.layout();
      var out = { left: 0, top: 0, right: 0, bottom: 0 };
      var buttons = map.getContainer().querySelector(".leaflet-bottom.leaflet-right");
      map.signs.boxes().forEach(function (box) {
        var at = map.latLngToContainerPoint(box.latlng), w = box.width / 2 + 4, h = box.height / 2 + 4;
        out.left = Math.max(out.left, w - at.x);
        out.top = Math.max(out.top, h - at.y + (at.x - w < 120 ? 26 : 0));
        out.right = Math.max(out.right, at.x + w - size.x);
        out.bottom = Math.max(out.bottom, at.y + h - size.y + 18);
        if (at.y + h > size.y - buttons.offsetHeight) { out.right = Math.max(out.right, at.x + w - size.x + 56); }
      });
      if (out.left + out.top + out.right + out.bottom <= 0) { break; }
      left += out.left;
      top += out.top;
      right += out.right;
      bottom += out.bottom;
    }
    map.setMinZoom(map.getZoom() - 1);
  }

  /* Zooming in by button or key keeps what is nearest of the rides where it is, so that one never ends beside them. */
  function zoomToRides(map) {
    var setZoom = map.setZoom;
    map.setZoom = function (zoom, options) {
      var size = map.getSize(), middle = size.divideBy(2), nearest = null, least = Math.min(size.x, size.y) / 4;
      if (map._loaded && zoom > map.getZoom()) {
        var points = map.heart.map(function (point) { return map.latLngToContainerPoint(point); });
        points.forEach(function (point) {
          if (!nearest || point.distanceTo(middle) < nearest.distanceTo(middle)) { nearest = point; }
        });
      }
      if (nearest && nearest.distanceTo(middle) > least) { return map.setZoomAround(nearest, zoom, options); }
      return setZoom.call(map, zoom, options);
    };
  }

  /* One finger scrolls the page, unless the map is all there is; two move and zoom the map. */
  function takeFingers(map) {
    var container = map.getContainer(), start = null, timer = 0;
    var hint = element("div", "map-hint", container);
    element("span", "", hint, map.words.two_fingers);
    hint.setAttribute("aria-hidden", "true");
    function whole() { return Boolean(map.figure && map.figure.classList.contains("whole")); }
    container.addEventListener("pointerdown", function (event) {
      if (event.pointerType === "mouse" || whole()) { map.dragging.enable(); } else { map.dragging.disable(); }
    }, true);
    container.addEventListener("touchstart", function (event) {
      var within = event.target.closest(".leaflet-popup, .leaflet-control");
      start = event.touches.length === 1 && !within ? event.touches[0] : null;
      if (event.touches.length > 1) { hint.classList.remove("shown"); }
    }, { passive: true });
    container.addEventListener("touchmove", function (event) {
      var touch = event.touches[0];
      if (!start || whole() || Math.hypot(touch.clientX - start.clientX, touch.clientY - start.clientY) < 12) { return; }
      hint.classList.add("shown");
      clearTimeout(timer);
      timer = setTimeout(function () { hint.classList.remove("shown"); }, 1500);
    }, { passive: true });
  }

  /* A button shows the map as large as the page, and again as it was; so does Escape. */
  function addWhole(map) {
    var figure = map.figure, words = map.words, apart = [];
    var bar = element("div", "leaflet-bar whole-bar");
    var button = element("button", "whole-button", bar);
    button.type = "button";
    drawing("larger", "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", button);
    drawing("smaller", "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5", button);
    L.DomEvent.disableClickPropagation(bar);
    function label(text) { button.title = text; button.setAttribute("aria-label", text); }
    function show(large) {
      map.closePopup();
      figure.classList.toggle("whole", large);
      document.documentElement.classList.toggle("map-whole", large);
      if (large) {
        apart = [].filter.call(figure.parentElement.children, function (other) { return other !== figure && !other.inert; });
      }
      apart.forEach(function (other) { other.inert = large; });
      label(large ? words.back : words.whole);
      map.dragging.enable();
      map.invalidateSize({ pan: false });
      fit(map);
      button.focus({ preventScroll: true });
    }
    label(words.whole);
    button.addEventListener("click", function () { show(!figure.classList.contains("whole")); });
    figure.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && figure.classList.contains("whole") && !figure.querySelector(".leaflet-popup")) {
        show(false);
      }
    });
    var Whole = L.Control.extend({ options: { position: "bottomright" }, onAdd: function () { return bar; } });
    new Whole().addTo(map);
  }

  /* The signs of places. Those that would cover each other are one pill, anew at every zoom; and what a finger
     takes for a sign never reaches further than halfway to the next one. */
  function Signs(map) {
    var items = [], drawn = {}, order = [], ruler = document.createElement("canvas").getContext("2d"), waiting = false;

    function changed() {
      if (waiting) { return; }
      waiting = true;
      Promise.resolve().then(function () { waiting = false; layout(); });
    }

    function wide(text) {
      ruler.font = LABEL_FONT + getComputedStyle(map.getContainer()).fontFamily;
      return Math.ceil(ruler.measureText(text).width);
    }

    /* Houses first, then labels; numbers of places that have several are taken apart: 1·3 and 2 are 1, 2, 3. */
    function partsOf(own) {
      var houses = [], labels = [];
      own.forEach(function (item) {
        if (item.data.base) { houses.push({ colour: item.data.colour, width: HOUSE_PX }); }
        if (item.data.label && !item.data.minor) { labels.push(item); }
      });
      function part(text, item) { return { text: text, colour: item.data.colour, width: wide(text) }; }
      if (labels.length > MOST) {
        var count = map.words.stops.replace("{n}", labels.length);
        return houses.concat({ text: count, width: wide(count), counts: true });
      }
      var apart = [];
      labels.forEach(function (item) {
        item.data.label.split("·").forEach(function (text) { apart.push(part(text, item)); });
      });
      if (apart.every(function (each) { return /^\d+$/.test(each.text); })) {
        apart.sort(function (a, b) { return a.text - b.text; });
      } else {
        apart = labels.map(function (item) { return part(item.data.label, item); });
      }
      return houses.concat(apart);
    }

    function pill(own) {
      var parts = partsOf(own), rows = [], x = 0, y = 0, bases = own.filter(function (item) { return item.data.base; });
      for (var i = 0; i < parts.length; i += PER_ROW) { rows.push(parts.slice(i, i + PER_ROW)); }
      (bases.length ? bases : own).forEach(function (item, _i, all) { x += item.px.x / all.length; y += item.px.y / all.length; });
      var width = Math.max.apply(null, rows.map(function (row) {
        return row.reduce(function (sum, each) { return sum + each.width + BETWEEN_PX; }, AROUND_PX - BETWEEN_PX);
      }));
      return {
        items: own, rows: rows, x: x, y: y,
        width: rows.length ? Math.max(SIGN_PX, width) : DOT_PX,
        height: rows.length ? SIGN_PX + ROW_PX * (rows.length - 1) : DOT_PX
      };
    }

    function touch(a, b) {
      return Math.abs(a.x - b.x) < (a.width + b.width) / 2 + 3 && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + 3;
    }

    function settled() {
      var found = [], todo = items.filter(function (item) { return item.shown; });
      todo.forEach(function (item) { item.px = map.project(item.latlng); });
      todo = todo.map(function (item) { return pill([item]); }).reverse();
      while (todo.length) {
        var one = todo.pop(), nearest = -1, least = Infinity;
        for (var i = 0; i < found.length; i++) {
          var apart = Math.hypot(one.x - found[i].x, one.y - found[i].y);
          if (apart < least && touch(one, found[i])) { nearest = i; least = apart; }
        }
        if (nearest < 0) { found.push(one); continue; }
        var other = found.splice(nearest, 1)[0];
        todo.push(pill(one.items.concat(other.items).sort(function (a, b) { return a.number - b.number; })));
      }
      return found.sort(function (a, b) { return a.items[0].number - b.items[0].number; });
    }

    /* What a finger takes for each pill: 44 pixels, or as far as the middle of the gap to a neighbour. */
    function reach(found) {
      found.forEach(function (one) {
        var room = { left: Infinity, right: Infinity, top: Infinity, bottom: Infinity };
        found.forEach(function (other) {
          if (other === one) { return; }
          var dx = other.x - one.x, dy = other.y - one.y;
          var gapX = Math.abs(dx) - (one.width + other.width) / 2, gapY = Math.abs(dy) - (one.height + other.height) / 2;
          if (gapX >= gapY) {
            var across = dx > 0 ? "right" : "left";
            room[across] = Math.min(room[across], (one.width + gapX) / 2);
          } else {
            var along = dy > 0 ? "bottom" : "top";
            room[along] = Math.min(room[along], (one.height + gapY) / 2);
          }
        });
        function sides(size, before, after) {
          var half = Math.max(size, FINGER_PX) / 2, a = Math.min(half, before), b = Math.min(Math.max(half, 2 * half - a), after);
          return [Math.min(Math.max(a, 2 * half - b), before), b];
        }
        one.across = sides(one.width, room.left, room.right);
        one.down = sides(one.height, room.top, room.bottom);
      });
    }

    function face(one) {
      var colours = [], bases = true;
      one.items.forEach(function (item) {
        bases = bases && item.data.base;
        if (!item.data.base && colours.indexOf(item.data.colour) < 0) { colours.push(item.data.colour); }
      });
      var mixed = colours.length > 1;
      var kind = "pill" + (bases ? " base" : mixed ? " mixed" : " r" + colours[0]) + (one.rows.length ? "" : " minor");
      var box = element("span", kind);
      box.style.cssText = "left:" + (one.across[0] - one.width / 2) + "px;top:" + (one.down[0] - one.height / 2) +
        "px;width:" + one.width + "px;height:" + one.height + "px";
      one.rows.forEach(function (row) {
        var line = element("span", "pill-row", box);
        row.forEach(function (part) {
          if (part.text) { element("b", part.counts ? "counts" : "r" + part.colour, line, part.text); } else { drawing("house", map.words.house, line); }
        });
      });
      return box;
    }

    function layout() {
      if (!map.getSize().x) { return; }
      var found = settled(), left = drawn, pane = map.getPane("markerPane");
      reach(found);
      drawn = {};
      order = found;
      found.forEach(function (one) {
        var key = one.items.map(function (item) { return item.number; }).join(" ");
        var icon = L.divIcon({
          className: "stop-icon" + (one.rows.length ? "" : " minor"),
          html: face(one),
          iconSize: [one.across[0] + one.across[1], one.down[0] + one.down[1]],
          iconAnchor: [one.across[0], one.down[0]],
          popupAnchor: [0, 2 - one.height / 2]
        });
        one.latlng = map.unproject([one.x, one.y]);
        var marker = left[key];
        delete left[key];
        if (marker) {
          marker.setLatLng(one.latlng).setIcon(icon);
        } else {
          marker = L.marker(one.latlng, { icon: icon }).addTo(map);
          talking(marker, one.items);
        }
        /* The name holds what is seen, which people say who speak to their computer. */
        var seen = marker.getElement().textContent.replace(/\s+/g, " ").trim();
        var told = one.items.map(function (item) { return item.data.title; }).join("; ");
        marker.getElement().setAttribute("aria-label", told.indexOf(seen) < 0 ? seen + ", " + told : told);
        drawn[key] = marker;
        one.marker = marker;
        sized(marker.getPopup());
      });
      Object.keys(left).forEach(function (key) { left[key].remove(); });
      /* By keyboard in their order. */
      found.forEach(function (one, i) {
        var icon = one.marker.getElement();
        if (pane.children[i] !== icon && icon !== document.activeElement) { pane.insertBefore(icon, pane.children[i] || null); }
      });
    }

    /* A popup lies within the map, and scrolls inside where it is too long. */
    function sized(popup) {
      var size = map.getSize();
      popup.options.maxWidth = Math.min(260, size.x - 80);
      popup.options.minWidth = Math.min(160, size.x - 80);
      popup.options.maxHeight = Math.max(80, Math.min(size.y - 110, 420));
    }

    function talking(marker, own) {
      var words = element("div", own.length > 1 ? "several" : "");
      own.forEach(function (item) { words.appendChild(item.words); });
      marker.bindPopup(words, { autoPanPaddingTopLeft: [10, 10], autoPanPaddingBottomRight: [60, 10] });
      /* By keyboard: into the words when they open, back to the stop when they close. */
      marker.on("popupopen", function () {
        own.forEach(function (item) { words.appendChild(item.words); });
        attend(marker.getPopup(), function () { marker.closePopup(); });
      });
      marker.on("popupclose", function () {
        var popup = marker.getPopup().getElement();
        if (popup && popup.contains(document.activeElement)) { marker.getElement().focus({ preventScroll: true }); }
      });
    }

    map.on("zoomend", layout);
    this.layout = layout;
    this.boxes = function () { return order; };
    this.add = function (data) {
      var words = sentences(data.lines, data.label && !data.minor && !data.base ? data : null);
      var item = { data: data, number: items.length, latlng: L.latLng(data.at), shown: true, words: words };
      items.push(item);
      changed();
      return item;
    };
    this.open = function (label) {
      order.some(function (one) {
        return one.items.some(function (item) {
          if ((item.data.label || "base") !== label) { return false; }
          one.marker.openPopup();
          item.words.scrollIntoView({ block: "nearest" });
          return true;
        });
      });
    };
  }

  function attend(popup, close) {
    var content = popup.getElement().querySelector(".leaflet-popup-content");
    content.tabIndex = 0;
    content.onkeydown = function (event) {
      if (event.key === "Escape") { event.stopPropagation(); close(); }
    };
    content.focus({ preventScroll: true });
  }

  /* Names, on one canvas that is drawn anew when the map has come to rest. */
  var Names = L.Layer.extend({
    initialize: function (names, paneName) {
      L.setOptions(this, { pane: paneName });
      this._names = names;
    },
    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", this.getPane());
      this._canvas.setAttribute("aria-hidden", "true");
      this._draw();
      map.on("moveend resize", this._draw, this);
    },
    onRemove: function (map) {
      map.off("moveend resize", this._draw, this);
      this._canvas.remove();
    },
    redraw: function () { this._draw(); },
    _draw: function () {
      var map = this._map, size = map.getSize(), pad = size.multiplyBy(0.25).round();
      var full = size.add(pad.multiplyBy(2)), sharp = window.devicePixelRatio || 1;
      var corner = map.containerPointToLayerPoint(pad.multiplyBy(-1));
      var canvas = this._canvas, zoom = map.getZoom(), ctx = canvas.getContext("2d");
      L.DomUtil.setPosition(canvas, corner);
      canvas.width = full.x * sharp;
      canvas.height = full.y * sharp;
      canvas.style.width = full.x + "px";
      canvas.style.height = full.y + "px";
      ctx.scale(sharp, sharp);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.lineJoin = "round";
      ctx.strokeStyle = colour(map, "halo");
      var font = getComputedStyle(map.getContainer()).fontFamily;
      this._names.forEach(function (name) {
        if (zoom < name[7] || (name[1] === "district" && zoom > 16)) { return; }
        var at = map.latLngToLayerPoint([name[2], name[3]]).subtract(corner);
        if (at.x < 0 || at.y < 0 || at.x > full.x || at.y > full.y) { return; }
        var kind = name[1], area = kind === "water" || kind === "park" || kind === "cemetery";
        var text = kind === "district" ? name[0].toLocaleUpperCase() : name[0];
        ctx.save();
        ctx.translate(at.x, at.y);
        ctx.rotate(name[4] * Math.PI / 180);
        if (kind === "turn") {
          turn(ctx, map, name, font);
          ctx.restore();
          return;
        }
        ctx.font = (area ? "italic " : "") + (kind === "district" || kind === "station" ? 600 : 500) +
          " " + name[5] + "px " + font;
        if ("letterSpacing" in ctx && kind === "district") { ctx.letterSpacing = "0.12em"; }
        ctx.lineWidth = 3.5;
        ctx.fillStyle = colour(map, INKS[kind] || "ink");
        ctx.strokeText(text, 0, -name[6]);
        ctx.fillText(text, 0, -name[6]);
        ctx.restore();
      });
    }
  });

  /* A turn's number: upright on a disc beside its ride. */
  function turn(ctx, map, name, font) {
    ctx.translate(0, -name[6]);
    ctx.rotate(-name[4] * Math.PI / 180);
    ctx.beginPath();
    ctx.arc(0, 0, TURN_PX, 0, 2 * Math.PI);
    ctx.fillStyle = colour(map, "halo");
    ctx.fill();
    ctx.lineWidth = 1;
    ctx.strokeStyle = colour(map, "soft");
    ctx.stroke();
    ctx.font = "600 " + name[5] + "px " + font;
    ctx.fillStyle = colour(map, "ink");
    ctx.fillText(name[0], 0, 0.5);
  }

  function background(map, data) {
    var below = pane(map, "background", 150);
    var renderer = L.canvas({ pane: below, padding: 0.5 });
    var names = new Names(data.names, pane(map, "names", data.below_tiles ? 160 : 420));
    var painted = [];

    function add(layer, look) {
      painted.push([layer.addTo(map), look]);
    }
    function line(lines, look) {
      add(L.polyline(lines, { renderer: renderer, pane: below, interactive: false, smoothFactor: 0.7 }), look);
    }
    data.areas.forEach(function (area) {
      var shapes = area[1].map(function (rings) { return rings.map(unpack); });
      add(L.polygon(shapes, { renderer: renderer, pane: below, interactive: false, stroke: false, fillOpacity: 1 }),
        function () { return { fillColor: colour(map, area[0]) }; });
    });
    line(data.railways.map(unpack), function () {
      return { color: colour(map, "rail"), weight: 1.6, dashArray: "6 3", lineCap: "butt" };
    });
    function width(street, scale) { return Math.max(street[2], street[1] / scale); }
    var streets = data.streets.map(function (street) { return [street, street[3].map(unpack)]; });
    streets.forEach(function (item) {
      if (item[0][0] === "path") { return; }
      line(item[1], function (scale) {
        return { color: colour(map, "casing"), weight: width(item[0], scale) + 1.5 };
      });
    });
    streets.forEach(function (item) {
      line(item[1], function (scale) {
        var hidden = item[0][0] === "path" && scale > 5;
        return { color: colour(map, STREETS[item[0][0]]), weight: width(item[0], scale), opacity: hidden ? 0 : 1 };
      });
    });

    function paint() {
      var scale = data.metres_per_px / Math.pow(2, map.getZoom());
      painted.forEach(function (item) { item[0].setStyle(item[1](scale)); });
    }
    map.on("zoomend", paint);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
      paint();
      names.redraw();
    });
    map.whenReady(function () {
      paint();
      names.addTo(map);
    });
  }

  /* Areas in the colours of a scale, above the background and below its names. */
  function cells(map, data) {
    var between = pane(map, "cells", 200);
    data.forEach(function (cell) {
      L.polygon(cell[1].map(unpack), { pane: between, className: "cell v" + cell[0], stroke: false, smoothFactor: 0 })
        .on("click", function (event) { saying(map, sentences(cell[2]), event.latlng); })
        .addTo(map);
    });
  }

  function sentences(lines, sign) {
    var words = document.createElement("div");
    lines.forEach(function (text, i) {
      var line = element(i ? "div" : "strong", "", words);
      if (!i && sign) { 
        element("b", "said r" + sign.colour, line, sign.label);
        line.appendChild(document.createTextNode(" "));
      }
      line.appendChild(document.createTextNode(text));
    });
    return words;
  }

  function look(paneName, className, weight) {
    return { pane: paneName, className: className, weight: weight, interactive: false, smoothFactor: 0.4 };
  }

  function arrowLook(colour) {
    return L.extend(look("arrows", "arrow r" + colour, 1.6), { smoothFactor: 0, noClip: true, fillOpacity: 1 });
  }

  function heads(map, line, everyPx, linePx) {
    return spots(line, everyPx).map(function (spot) {
      return [head(spot, linePx).map(function (point) { return map.unproject(point); })];
    });
  }

  /* Rides in their lanes: the shift is in pixels, so the line is made anew for each zoom. A tapped leg is lit. */
  var Rides = L.LayerGroup.extend({
    initialize: function (data) {
      L.LayerGroup.prototype.initialize.call(this);
      var ride = "ride r" + data.colour + " d" + data.dash;
      this._data = data;
      this._points = data.strands.map(function (strand) { return unpack(strand[0]); });
      this._casing = L.polyline([], look("casings", "ride-casing", data.line_px + 2.5));
      this._line = L.polyline([], look("overlayPane", ride, data.line_px));
      this._arrows = L.polygon([], arrowLook(data.colour));
      this._lit = L.polyline([], look("overlayPane", ride + " lit", data.line_px + 3));
      this._litArrows = L.polygon([], arrowLook(data.colour));
      [this._casing, this._line, this._arrows].forEach(this.addLayer, this);
      this._hits = data.words.map(function (_words, i) {
        var hit = L.polyline([], { className: "hit", weight: 24, smoothFactor: 0.4, bubblingMouseEvents: false });
        return hit.on("click", function (event) { this._light(i, event.latlng); }, this);
      }, this);
      if (this._hits.length) { this._hits.concat(this._lit, this._litArrows).forEach(this.addLayer, this); }
    },
    onAdd: function (map) {
      L.LayerGroup.prototype.onAdd.call(this, map);
      this._points.forEach(function (line) { map.heart = map.heart.concat(line); });
      map.on("zoomend", this._place, this);
      map.whenReady(this._place, this);
    },
    onRemove: function (map) {
      map.off("zoomend", this._place, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
    },
    _place: function () {
      var map = this._map, data = this._data, arrows = [];
      if (!map) { return; }
      this._drawn = data.strands.map(function (strand, i) {
        return this._points[i].map(function (point, j) {
          var at = map.project(point);
          return L.point(at.x + data.lane_px * strand[1][2 * j] / 100, at.y - data.lane_px * strand[1][2 * j + 1] / 100);
        });
      }, this);
      if (data.arrow_px) {
        this._drawn.forEach(function (line) { arrows = arrows.concat(heads(map, line, data.arrow_px, data.line_px)); });
      }
      var lines = this._drawn.map(function (line) { return line.map(function (point) { return map.unproject(point); }); });
      this._casing.setLatLngs(lines);
      this._line.setLatLngs(lines);
      this._arrows.setLatLngs(arrows);
      this._hits.forEach(function (hit, i) { hit.setLatLngs(lines[i]); });
      if (this._leg !== undefined) { this._show(this._leg); }
    },
    _show: function (leg) {
      var lit = leg !== undefined, map = this._map;
      this._leg = leg;
      this._lit.setLatLngs(lit ? this._hits[leg].getLatLngs() : []);
      this._litArrows.setLatLngs(lit ? heads(map, this._drawn[leg], this._data.arrow_px, this._data.line_px + 3) : []);
      [this._line, this._arrows].forEach(function (layer) { layer.getElement().classList.toggle("dim", lit); });
    },
    _light: function (leg, at) {
      var words = this._data.words[leg].filter(Boolean);
      this._show(leg);
      saying(this._map, sentences(words), at).on("remove", function () { if (this._leg === leg) { this._show(); } }, this);
    }
  });

  /* Words at a place of the map that has no sign. */
  function saying(map, words, at) {
    var popup = L.popup({ autoPanPaddingTopLeft: [10, 10], autoPanPaddingBottomRight: [60, 10] });
    var size = map.getSize();
    popup.options.maxWidth = Math.min(260, size.x - 80);
    popup.options.minWidth = Math.min(160, size.x - 80);
    popup.options.maxHeight = Math.max(80, Math.min(size.y - 110, 420));
    popup.setLatLng(at).setContent(words).openOn(map);
    attend(popup, function () { map.closePopup(popup); });
    return popup;
  }

  /* All rounds of a week. Streets that many ride are one ribbon with their number. Chips and rows of the
     legend light rounds up: these have their lanes and arrows, and of the others only a trace stays. */
  function week(map, data) {
    var runs = data.runs.map(function (run) { return { points: unpack(run[0]), riders: run[1] }; });
    var rounds = data.rounds, ways = runs.map(function () { return {}; }), lit = null, chosen = { day: [], who: [] };
    var rows = {}, counts = L.layerGroup().addTo(map);
    rounds.forEach(function (round, i) {
      round.signs = round.stops.map(function (stop) { return map.signs.add(stop); });
      round.rides.forEach(function (ride) {
        ride.forEach(function (step) {
          var own = ways[Math.abs(step) - 1];
          (own[i] = own[i] || {})[step > 0 ? 1 : -1] = true;
        });
      });
    });
    runs.forEach(function (run) { map.heart = map.heart.concat(run.points); });
    function layer(paneName, className, weight) { return L.polyline([], look(paneName, className, weight)).addTo(map); }
    var traces = layer("casings", "trace", 2), casing = layer("casings", "ride-casing", data.line_px + 2.5);
    var lines = rounds.map(function (round) {
      return layer("overlayPane", "ride r" + round.colour + " d" + round.dash, data.line_px);
    });
    var ribbons = [];
    var arrows = rounds.map(function (round) { return L.polygon([], arrowLook(round.colour)).addTo(map); });
    runs.forEach(function (run, number) {
      run.hit = L.polyline(run.points, { className: "hit", weight: 22, smoothFactor: 0.4, bubblingMouseEvents: false })
        .on("click", function (event) { tapped(number, event.latlng); }).addTo(map);
    });

    function chooses() { return chosen.day.length || chosen.who.length; }
    function matches(round) {
      return ["day", "who"].every(function (kind) { return !chosen[kind].length || chosen[kind].indexOf(round[kind]) >= 0; });
    }
    /* Those that are drawn in their colours, and whether the others are but traces. */
    function shown() {
      return rounds.map(function (_round, i) { return i; }).filter(function (i) {
        return lit === null ? matches(rounds[i]) : i === lit;
      });
    }

    function place() {
      var apart = lit !== null || chooses(), on = shown();
      var drawn = lines.map(function () { return []; }), tips = lines.map(function () { return []; });
      var faint = [], broad = {};
      var flat = runs.map(function (run) { return run.points.map(function (point) { return map.project(point); }); });
      function degrees(line) { return line.map(function (point) { return map.unproject(point); }); }
      var riders = runs.map(function (run) {
        return run.riders.filter(function (rider) { return on.indexOf(rider[0]) >= 0; });
      });
      riders.forEach(function (own, number) {
        if (own.length >= data.many) { (broad[own.length] = broad[own.length] || []).push(flat[number]); }
        if (!own.length) { faint.push(runs[number].points); }
      });
      /* How many lanes right of the middle a round is drawn, seen as it rides. With arrows, there and back have
         each a lane; without, all see the street as the first of them rides it. */
      function lane(number, i, way) {
        var own = riders[number];
        if (!apart) {
          var at = own.map(function (rider) { return rider[0]; }).indexOf(i) - (own.length - 1) / 2;
          return own[0][1] === way ? at : -at;
        }
        function those(which) { return own.filter(function (rider) { return ways[number][rider[0]][which]; }); }
        var ahead = those(way), against = those(-way).length;
        return against + ahead.map(function (rider) { return rider[0]; }).indexOf(i) - (ahead.length + against - 1) / 2;
      }
      on.forEach(function (i) {
        rounds[i].rides.forEach(function (ride) {
          var line = [];
          function end() {
            if (line.length > 1) {
              drawn[i].push(line);
              if (apart) { tips[i] = tips[i].concat(heads(map, line, data.arrow_px, data.line_px)); }
            }
            line = [];
          }
          ride.forEach(function (step) {
            var number = Math.abs(step) - 1, way = step > 0 ? 1 : -1;
            if (riders[number].length >= data.many) { end(); return; }
            var points = way > 0 ? flat[number] : flat[number].slice().reverse();
            line = line.concat(aside(points, lane(number, i, way) * data.lane_px));
          });
          end();
        });
      });
      traces.setLatLngs(faint);
      casing.setLatLngs([].concat.apply([], drawn).map(degrees));
      lines.forEach(function (line, i) { line.setLatLngs(drawn[i].map(degrees)); arrows[i].setLatLngs(tips[i]); });
      ribbons.forEach(function (ribbon) { ribbon.remove(); });
      ribbons = [];
      counts.clearLayers();
      var taken = map.signs.boxes().map(function (box) { return [map.project(box.latlng), box.width, box.height]; }), spots = [], said = [];
      [["ribbon-casing", 2.5], ["ribbon", 0]].forEach(function (part) {
        Object.keys(broad).forEach(function (count) {
          var wide = Math.min(5 + Number(count), 13) + part[1];
          ribbons.push(L.polyline(broad[count].map(degrees), look("overlayPane", part[0], wide)).addTo(map));
        });
      });
      Object.keys(broad).forEach(function (count) {
        broad[count].forEach(function (line) {
          var length = 0;
          for (var j = 1; j < line.length; j++) { length += line[j].distanceTo(line[j - 1]); }
          if (length > 26) { spots.push([length, along(line, length / 2), count]); }
        });
      });
      spots.sort(function (a, b) { return b[0] - a[0]; }).forEach(function (spot) {
        var free = taken.every(function (box) {
          return Math.abs(box[0].x - spot[1].x) > box[1] / 2 + 12 || Math.abs(box[0].y - spot[1].y) > box[2] / 2 + 12;
        });
        if (!free || said.some(function (other) { return other[2] === spot[2] && other[1].distanceTo(spot[1]) < 90; })) { return; }
        said.push(spot);
        taken.push([spot[1], 20, 20]);
        L.marker(map.unproject(spot[1]), {
          pane: "counts", interactive: false, keyboard: false,
          icon: L.divIcon({ className: "count", html: element("span", "", null, spot[2]), iconSize: [18, 18] })
        }).addTo(counts);
      });
    }

    function update() {
      var on = shown();
      rounds.forEach(function (round, i) {
        round.signs.forEach(function (sign) { sign.shown = on.indexOf(i) >= 0; });
        if (!rows[round.letter]) { return; }
        rows[round.letter].setAttribute("aria-pressed", String(lit === i));
        rows[round.letter].closest("tr").classList.toggle("lit", (lit !== null || chooses()) && on.indexOf(i) >= 0);
      });
      map.closePopup();
      map.signs.layout();
      place();
    }

    function light(i) { lit = lit === i ? null : i; update(); }

    function tapped(number, at) {
      var on = shown();
      var own = runs[number].riders.map(function (rider) { return rider[0]; });
      var here = own.filter(function (i) { return on.indexOf(i) >= 0; });
      own = here.length ? here : own;
      if (own.length === 1 && own[0] !== lit) { light(own[0]); }
      saying(map, sentences([map.words.rounds.replace("{n}", own.length)].slice(own.length > 1 ? 0 : 1).concat(
        own.map(function (i) { return rounds[i].letter + " · " + rounds[i].name; }))), at);
    }

    /* Chips: what is chosen of a kind is lit, and where nothing is chosen, all. */
    function chips(kind, title) {
      var seen = [], group = element("fieldset", "chips", bar);
      element("legend", "", group, title);
      rounds.forEach(function (round) {
        if (seen.indexOf(round[kind]) >= 0) { return; }
        seen.push(round[kind]);
        var chip = element("label", "chip", group), box = element("input", "", chip);
        box.type = "checkbox";
        if (kind === "day") { swatch(chip, "r" + round.colour, 12); } else { swatch(chip, "wide r6 d" + round.dash, 32); }
        element("span", "", chip, round[kind]);
        box.addEventListener("change", function () {
          chosen[kind] = chosen[kind].filter(function (other) { return other !== round[kind]; });
          if (box.checked) { chosen[kind].push(round[kind]); }
          lit = null;
          update();
        });
      });
      if (seen.length < 2) { group.remove(); }
    }
    function swatch(parent, className, width) {
      drawing("chip-line ride " + className, "M0 5h" + width, parent);
      parent.lastChild.setAttribute("viewBox", "0 0 " + width + " 10");
    }
    var bar = element("div", "chip-bar");
    chips("day", map.words.days);
    chips("who", map.words.consultants);
    if (bar.children.length) { map.getContainer().parentNode.insertBefore(bar, map.getContainer()); map.invalidateSize(); }

    document.querySelectorAll("[data-round]").forEach(function (cell) {
      var i = rounds.map(function (round) { return round.letter; }).indexOf(cell.dataset.round);
      if (i < 0) { return; }
      var button = element("button", "light"), row = cell.closest("tr");
      button.type = "button";
      button.title = map.words.light.replace("{round}", rounds[i].letter);
      button.setAttribute("aria-label", map.words.light.replace("{round}", rounds[i].letter));
      button.setAttribute("aria-pressed", "false");
      while (cell.firstChild) { button.appendChild(cell.firstChild); }
      cell.appendChild(button);
      rows[rounds[i].letter] = button;
      row.addEventListener("click", function (event) { 
        if (event.target.closest("a")) { return; }
        light(i);
        map.figure.scrollIntoView({ block: "nearest" });
      });
    });

    map.on("zoomend", place);
    Promise.resolve().then(place);
  }

  /* A line of pixels moved aside, to the right of its direction. */
  function aside(line, by) {
    if (!by) { return line; }
    return line.map(function (point, i) {
      var a = line[Math.max(0, i - 1)], b = line[Math.min(line.length - 1, i + 1)], far = a.distanceTo(b) || 1;
      return L.point(point.x - by * (b.y - a.y) / far, point.y + by * (b.x - a.x) / far);
    });
  }

  /* Where arrows stand on a line of pixels, evenly spread: point and direction. The direction is
     that of a few pixels before and after, so that no small bend turns an arrow. */
  function spots(line, everyPx) {
    var length = 0, found = [], i;
    for (i = 1; i < line.length; i++) { length += line[i].distanceTo(line[i - 1]); }
    var count = length > MARKER_PX * 1.5 ? Math.max(1, Math.round(length / everyPx)) : 0;
    for (i = 0; i < count; i++) {
      var at = (i + 0.5) * length / count, here = along(line, at);
      var before = along(line, at - SIGHT_PX), after = along(line, at + SIGHT_PX);
      found.push([here.x, here.y, Math.atan2(after.y - before.y, after.x - before.x)]);
    }
    return found;
  }

  function along(line, distance) {
    for (var i = 1; i < line.length; i++) {
      var a = line[i - 1], step = line[i].distanceTo(a);
      if (step > 0 && step >= distance) { return a.add(line[i].subtract(a).multiplyBy(distance / step)); }
      distance -= step;
    }
    return line[line.length - 1];
  }

  function head(spot, linePx) {
    var size = linePx * 0.5 + 3.2, c = Math.cos(spot[2]) * size, s = Math.sin(spot[2]) * size;
    return ARROW.map(function (p) {
      return L.point(spot[0] + p[0] * c - p[1] * s, spot[1] + p[0] * s + p[1] * c);
    });
  }

  /* A card's number opens the stop on the map. */
  function links() {
    document.querySelectorAll("a[data-stop]").forEach(function (link) {
      link.addEventListener("click", function () {
        maps.forEach(function (map) { map.signs.open(link.dataset.stop); });
      });
    });
  }

  /* Should anything fail, the static map stays. */
  function run(draw) {
    /* In a frame that is out of sight nothing has a size yet, and no map can be drawn into that. */
    if (!document.body.clientWidth) {
      new ResizeObserver(function (_entries, observer) {
        if (document.body.clientWidth) {
          observer.disconnect();
          run(draw);
        }
      }).observe(document.body);
      return;
    }
    try {
      draw();
      links();
    } catch (error) {
      document.querySelectorAll(".map.live").forEach(function (map) { map.classList.remove("live"); });
      throw error;
    }
  }

  return {
    background: background,
    cells: cells,
    map: createMap,
    rides: function (layer, data) { new Rides(data).addTo(layer); },
    run: run,
    stop: function (map, data) {
      map.heart.push(data.at);
      map.signs.add(data);
    },
    week: week
  };
}());
