// A click on the map writes the point; what is written there already is shown.
for (const map of document.querySelectorAll("[data-map]")) {
  const [picture, field, pin] = ["img", "[data-point]", "[data-pin]"].map((each) => map.querySelector(each));
  const [north, west, south, east] = ["north", "west", "south", "east"].map((each) => Number(map.dataset[each]));
  const show = () => {
    const [lat, lon] = field.value.split(",").map(Number);
    const x = (lon - west) / (east - west);
    const y = (lat - north) / (south - north);
    pin.hidden = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
    pin.style.left = `${100 * x}%`;
    pin.style.top = `${100 * y}%`;
  };
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    field.value = `${(north + y * (south - north)).toFixed(5)}, ${(west + x * (east - west)).toFixed(5)}`;
    show();
  });
  field.addEventListener("input", show);
  if (field.value) show();
}
