const NOTES = [
  { hertz: 660, at: 0 },
  { hertz: 880, at: 0.09 },
];
const LENGTH_S = 0.25;
const LOUDNESS = 0.06;

let audio: AudioContext | null = null;

/** Two soft notes, made here: there is no file to load. Silent until the user has touched the page. */
export function playChime(): void {
  audio ??= new AudioContext();
  const start = audio.currentTime;
  for (const { hertz, at } of NOTES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(LOUDNESS, start + at);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + at + LENGTH_S);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + at);
    tone.stop(start + at + LENGTH_S);
  }
}
