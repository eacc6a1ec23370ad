// How far a job is, told as it goes on; at its end the page is asked for anew.
const place = document.querySelector("[data-job]");
if (place) {
  const events = new EventSource(place.dataset.job);
  events.onmessage = (event) => {
    const news = JSON.parse(event.data);
    place.querySelector("[data-step]").textContent = news.step;
    place.querySelector("[data-gap]").textContent = news.gap;
    if (news.ended) {
      events.close();
      location.reload();
    }
  };
}
