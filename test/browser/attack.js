// The attacks of a hostile page on a gateway. It runs in the browser: attack() returns all that the page could read.

const READ = [
  '/_gateway/health',
  '/_gateway/clock',
  '/_gateway/connections',
  '/_gateway/faults',
  '/v2/apis',
  '/vpclinks',
];

const ADVANCE = '{"advance":"2h"}';
const CREATE_API =
  '{"name":"evil","protocolType":"WEBSOCKET","routeSelectionExpression":"$request.body.action"}';

/** `known` has ids that a page would have to guess, or to read first. */
globalThis.attack = async (gatewayUrl, known) => {
  const connection = `/${known.stage}/@connections/${encodeURIComponent(known.connectionId)}`;
  const read = [...READ, `/v2/apis/${known.apiId}/integrations`, connection];
  const seen = {};
  const attempt = async (name, act) => {
    try {
      seen[name] = await act();
    } catch (error) {
      seen[name] = `${error.name}`;
    }
  };
  const send = async (path, method, options) => {
    const response = await fetch(gatewayUrl + path, { method, ...options });
    return `${response.type} ${response.status} ${await response.text()}`;
  };

  for (const path of read) {
    await attempt(`fetch ${path}`, () => send(path, 'GET'));
    await attempt(`fetch no-cors ${path}`, () => send(path, 'GET', { mode: 'no-cors' }));
    await attempt(`XMLHttpRequest ${path}`, () => byXmlHttpRequest(gatewayUrl + path));
    await attempt(`EventSource ${path}`, () => byEventSource(gatewayUrl + path));
    for (const tag of ['img', 'script', 'iframe', 'object', 'video']) {
      await attempt(`${tag} ${path}`, () => byElement(tag, gatewayUrl + path));
    }
  }

  for (const [path, method, body] of [
    ['/_gateway/clock', 'POST', ADVANCE],
    ['/_gateway/faults', 'PUT', '{"disconnect":"drop"}'],
    ['/v2/apis', 'POST', CREATE_API],
    [`/v2/apis/${known.apiId}`, 'DELETE', undefined],
    [connection, 'POST', 'from a page'],
    [connection, 'DELETE', undefined],
  ]) {
    const types = { 'text/plain': 'text/plain', 'application/json': 'application/json', none: undefined };
    for (const mode of ['cors', 'no-cors']) {
      for (const [name, type] of Object.entries(types)) {
        const headers = type === undefined ? {} : { 'Content-Type': type };
        // a Blob without a type has no Content-Type
        const options = { mode, headers, ...(body !== undefined && { body: new Blob([body]) }) };
        await attempt(`fetch ${mode} ${method} ${path} as ${name}`, () => send(path, method, options));
      }
    }
  }

  await attempt('sendBeacon', () =>
    byBeacon(`${gatewayUrl}/_gateway/clock`, new Blob([ADVANCE], { type: 'text/plain' })),
  );
  for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    await attempt(`form ${enctype}`, () => byForm(`${gatewayUrl}/v2/apis`, enctype));
    await attempt(`form to @connections ${enctype}`, () => byForm(gatewayUrl + connection, enctype));
  }
  return seen;
};

/** That a page may open a WebSocket is AWS's behaviour; it also shows that the page reaches the gateway at all. */
globalThis.openWebSocket = (url) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      socket.addEventListener('close', () => resolve('opened'));
      socket.close();
    });
    socket.addEventListener('error', () => resolve('refused'));
  });

const byXmlHttpRequest = (url) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.addEventListener('loadend', () => resolve(`${request.status} ${request.responseText}`));
    request.open('GET', url);
    request.send();
  });

const byEventSource = (url) =>
  new Promise((resolve) => {
    const source = new EventSource(url);
    const end = (what) => {
      source.close();
      resolve(what);
    };
    source.addEventListener('open', () => end('opened'));
    source.addEventListener('message', ({ data }) => end(data));
    source.addEventListener('error', () => end('error'));
  });

const byElement = (tag, url) =>
  new Promise((resolve) => {
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    const element = document.createElement(tag);
    const end = (event) => {
      const globals = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
      const text = element.contentDocument?.body?.textContent ?? '';
      element.remove();
      resolve(`${event} ${globals.join()} ${text}`);
    };
    element.addEventListener('load', () => end('load'));
    element.addEventListener('loadeddata', () => end('load'));
    element.addEventListener('error', () => end('error'));
    if (tag === 'object') element.data = url;
    else element.src = url;
    document.body.append(element);
  });

/** Resolves once the beacon was answered. */
const byBeacon = (url, blob) =>
  new Promise((resolve) => {
    new PerformanceObserver((list) => {
      if (list.getEntries().some(({ initiatorType }) => initiatorType === 'beacon')) resolve('sent');
    }).observe({ type: 'resource' });
    if (!navigator.sendBeacon(url, blob)) resolve('refused');
  });

/** A form whose `text/plain` body is JSON: `{…,"description":"="}`. */
const byForm = (action, enctype) =>
  new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.name = `frame-${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement('form');
    Object.assign(form, { action, enctype, method: 'POST', target: frame.name });
    const input = document.createElement('input');
    input.name = CREATE_API.replace('}', ',"description":"');
    input.value = '"}';
    form.append(input);
    document.body.append(form);
    frame.addEventListener('load', () => {
      const text = frame.contentDocument?.body?.textContent ?? 'not readable';
      frame.remove();
      form.remove();
      resolve(text);
    });
    form.submit();
  });
