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
  var TURN_PX = 8.5;
  var stops = {};

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

  function createMap(id, words, options) {
    var container = document.getElementById(id);
    var figure = container.closest(".map");
    if (figure) { figure.classList.add("live"); }
    container.setAttribute("role", figure ? "group" : "region");
    container.setAttribute("aria-label", words.map);
    options.zoomAnimation = options.fadeAnimation = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    options.attributionControl = false;
    var map = L.map(id, options);
    /* The attribution comes first, so that it lies in the corner below the buttons. */
    L.control.attribution({ prefix: false }).addAttribution(words.attribution).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    pane(map, "casings", 390);
    pane(map, "arrows", 410);
    map.on("popupopen", function (event) {
      var close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", words.close);
    });
    map.on("layeradd", function () {
      var toggle = container.querySelector(".leaflet-control-layers-toggle");
      if (toggle) { toggle.title = words.layers; toggle.setAttribute("aria-label", words.layers); }
    });
    return map;
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
        .bindPopup(sentences(cell[2]), { maxWidth: 250, minWidth: 160, autoPanPadding: [10, 10] })
        .addTo(map);
    });
  }

  function sentences(lines) {
    var words = document.createElement("div");
    lines.forEach(function (text, i) {
      var line = document.createElement(i ? "div" : "strong");
      line.textContent = text;
      words.appendChild(line);
    });
    return words;
  }

  /* Rides in their lanes: the shift is in pixels, so the line is made anew for each zoom. */
  var Rides = L.LayerGroup.extend({
    initialize: function (data) {
      L.LayerGroup.prototype.initialize.call(this);
      function look(paneName, className, weight) {
        return { pane: paneName, className: className, weight: weight, interactive: false, smoothFactor: 0.4 };
      }
      var ride = " r" + data.colour + " d" + data.dash;
      this._data = data;
      this._points = data.strands.map(function (strand) { return unpack(strand[0]); });
      this._casing = L.polyline([], look("casings", "ride-casing", data.line_px + 2.5));
      this._line = L.polyline([], look("overlayPane", "ride" + ride, data.line_px));
      this._arrows = L.polygon([], L.extend(look("arrows", "arrow r" + data.colour, 1.6),
        { smoothFactor: 0, noClip: true, fillOpacity: 1 }));
      [this._casing, this._line, this._arrows].forEach(this.addLayer, this);
    },
    onAdd: function (map) {
      L.LayerGroup.prototype.onAdd.call(this, map);
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
      var lines = data.strands.map(function (strand, i) {
        return this._points[i].map(function (point, j) {
          var at = map.project(point);
          return L.point(at.x + data.lane_px * strand[1][2 * j] / 100, at.y - data.lane_px * strand[1][2 * j + 1] / 100);
        });
      }, this);
      function degrees(point) { return map.unproject(point); }
      if (data.arrow_px) { lines.forEach(function (line) {
        spots(line, data.arrow_px).forEach(function (spot) { arrows.push([head(spot, data.line_px).map(degrees)]); });
      }); }
      lines = lines.map(function (line) { return line.map(degrees); });
      this._casing.setLatLngs(lines);
      this._line.setLatLngs(lines);
      this._arrows.setLatLngs(arrows);
    }
  });

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

  function stop(layer, data) {
    var badge = document.createElement("span"), words = sentences(data.lines);
    badge.textContent = data.label;
    var kind = "stop-icon r" + data.colour + (data.base ? " base" : "") + (data.minor ? " minor" : "") +
      (data.label.length > 1 ? " small" : "");
    var marker = L.marker(data.at, {
      icon: L.divIcon({ className: kind, html: badge, iconSize: [44, 44], popupAnchor: [0, -12] }),
      riseOnHover: true,
      zIndexOffset: data.minor ? -1000 : 0
    });
    marker.bindPopup(words, { maxWidth: 250, minWidth: 160, autoPanPadding: [10, 10] });
    marker.on("add", function () {
      marker.getElement().setAttribute("aria-label", data.title);
      stops[data.label] = marker;
    });
    /* By keyboard: into the words when they open, back to the stop when they close. */
    marker.on("popupopen", function () {
      var content = marker.getPopup().getElement().querySelector(".leaflet-popup-content");
      content.tabIndex = -1;
      content.onkeydown = function (event) {
        if (event.key === "Escape") { marker.closePopup(); }
      };
      content.focus({ preventScroll: true });
    });
    marker.on("popupclose", function () {
      var popup = marker.getPopup().getElement();
      if (popup && popup.contains(document.activeElement)) { marker.getElement().focus({ preventScroll: true }); }
    });
    marker.addTo(layer);
  }

  /* A card's number opens the stop on the map; an address opens the map that this device has. */
  function links() {
    document.querySelectorAll("a[data-stop]").forEach(function (link) {
      link.addEventListener("click", function () {
        if (stops[link.dataset.stop]) { stops[link.dataset.stop].openPopup(); }
      });
    });
    var apple = /iPhone|iPad/.test(navigator.userAgent) ||
      (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
    if (apple) {
      document.querySelectorAll('a[href^="geo:"]').forEach(function (link) {
        var at = link.getAttribute("href").match(/^geo:([-\d.,]+)/)[1];
        link.setAttribute("href", "maps:?ll=" + at + "&q=" + encodeURIComponent(link.textContent));
      });
    }
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
    stop: stop
  };
}());
