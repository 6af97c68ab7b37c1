/** @import { Page } from 'playwright-core' */

/** One phone of the page, as its person sees it. */
class PhoneOnPage {
  /**
   * @param {Page} page
   * @param {'client' | 'serviceman'} role
   */
  constructor(page, role) {
    this.screen = page.locator(`#${role}`);
  }

  /**
   * Taps a button, once it is there and can be tapped.
   * @param {string | RegExp} name
   */
  tap(name) {
    return this.screen.getByRole('button', { name, exact: typeof name === 'string' }).click();
  }

  /**
   * Waits until the phone says that, in large letters.
   * @param {string | RegExp} text
   */
  says(text) {
    return this.screen.locator('.big').filter({ hasText: text }).waitFor();
  }

  /**
   * Waits until the phone shows that somewhere.
   * @param {string | RegExp} text
   */
  shows(text) {
    return this.screen.getByText(text).first().waitFor();
  }

  /** Cuts the network, or brings it back. */
  switchNetwork() {
    return this.screen.locator('button.net').click();
  }

  /** The numbers of the events in the inbox, the last one first. */
  async seqs() {
    const texts = await this.screen.locator('.inbox .seq').allInnerTexts();
    return texts.map((text) => Number(text.replace(/\D/g, '')));
  }

  /** The names of the buttons that order things or move the order on. */
  moves() {
    return this.screen.locator('.actions button:not(:disabled)').allInnerTexts();
  }
}

/**
 * Both phones of the page, and the wire between them.
 * @param {Page} page
 */
export function phonesOn(page) {
  const client = new PhoneOnPage(page, 'client');
  const serviceman = new PhoneOnPage(page, 'serviceman');
  return {
    client, serviceman,

    /** What went over the wire, as it is read out: "client to server: 1001 PLACED". */
    async arrows() {
      const texts = await page.locator('#wire li:not(.mark) .said').allTextContents();
      return texts.map((text) => text.replace(/ \([^)]*\)/, '').replace(/,.*$/, ''));
    },

    /** @param {string | RegExp} text */
    mark(text) {
      return page.locator('#wire li.mark').filter({ hasText: text }).first().waitFor();
    },

    async bothOnline() {
      await client.screen.locator('button.net', { hasText: 'online' }).waitFor();
      await serviceman.screen.locator('button.net', { hasText: 'online' }).waitFor();
    },

    /** Orders a tap repair and has it accepted. */
    async accepted() {
      await client.tap('One more Tap repair');
      await client.tap('Order for ₹499');
      await serviceman.says('A new order: ₹499');
      await serviceman.tap('Accept');
      await client.says('Ravi is on the way');
    },
  };
}
