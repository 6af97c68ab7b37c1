/** @import { Place } from '../../sdk/types.js' */

/**
 * Where an order is to be done, in words; empty if it does not say.
 * @param {Place | undefined} place
 */
export function placeWords(place) {
  const { area, address, lat, lon } = place ?? {};
  return [area, address, lat !== undefined && lon !== undefined && `${lat}, ${lon}`].filter(Boolean).join(' · ');
}
