import type { Role } from '../../core/kinds.ts';
import type { Language, Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';

/** Part of a template: a line of YAML, a comment in both languages, or YAML that is switched off by comment signs. */
export type TemplatePart = string | Text | { readonly off: readonly string[] };
type Line = TemplatePart;

/**
 * What `touchstone init ROLE` writes: a configuration of a target that can be run after its addresses were filled in. Comments are in the
 * language asked for; the YAML is the same.
 */
export function configurationTemplate(role: Role, language: Language): string {
  return renderTemplate(templateParts(role), language);
}

/** The parts of a role's template, in order. */
export function templateParts(role: Role): readonly TemplatePart[] {
  return [...HEAD[role], ...DRIVERS[role], ...limits(role), ...REST[role], ...COMMON];
}

/** Parts as the text of a file. */
export function renderTemplate(parts: readonly TemplatePart[], language: Language): string {
  const lines = parts.flatMap((part) => {
    if (typeof part === 'string') return [part];
    if (!('off' in part)) return [`# ${part[language]}`];
    // The comment sign stands where the block begins, so that taking it away leaves the right indentation.
    const margin = /^ */.exec(part.off[0] ?? '')?.[0] ?? '';
    return part.off.map((line) => `${margin}# ${line.slice(margin.length)}`);
  });
  return `${lines.join('\n')}\n`;
}

const PROFILE: readonly Line[] = [
  text(
    'The profile that is tested against; `touchstone list profiles` shows all.',
    '要測試的 profile；`touchstone list profiles` 可列出全部。',
  ),
  'profile: oid4vc-1.0',
  '',
];

const HEAD: Readonly<Record<Role, readonly Line[]>> = {
  issuer: [
    text(
      'Touchstone: an issuer under test.  touchstone run issuer --config FILE',
      '試金石：受測的發行端。touchstone run issuer --config 檔案',
    ),
    ...PROFILE,
    'target:',
    '  name: My issuer',
  ],
  wallet: [
    text(
      'Touchstone: a wallet under test.  touchstone run wallet --config FILE',
      '試金石：受測的皮夾。touchstone run wallet --config 檔案',
    ),
    ...PROFILE,
    'target:',
    '  name: My wallet',
  ],
  verifier: [
    text(
      'Touchstone: a verifier under test.  touchstone run verifier --config FILE',
      '試金石：受測的驗證端。touchstone run verifier --config 檔案',
    ),
    ...PROFILE,
    'target:',
    '  name: My verifier',
  ],
};

const SECRETS: readonly Line[] = [
  text(
    'Secrets never stand in this file: ${ENV:NAME} takes them from the environment.',
    '機密不要寫在這個檔案裡：${ENV:NAME} 會從環境變數取值。',
  ),
];

const DRIVERS: Readonly<Record<Role, readonly Line[]>> = {
  issuer: [
    text(
      'How a fresh offer is made. A member of the wish stands in braces: {grant} {txCode} {offer} {format} {deferred} …',
      '如何建立新的 offer。需求的成員寫在大括號中：{grant} {txCode} {offer} {format} {deferred} …',
    ),
    '  driver:',
    '    type: http',
    '    offer:',
    '      method: POST',
    '      url: https://issuer.example/control/offer',
    { off: ['      headers: { Authorization: "Bearer ${ENV:ISSUER_TOKEN}" }'] },
    '      body: { grant: "{grant}", txCode: "{txCode}" }',
    text(
      'Where the answer has the link and the transaction code (JSON Pointers).',
      '回應中連結與交易碼的位置（JSON Pointer）。',
    ),
    '    answer: { link: /offer, txCode: /tx_code }',
    text(
      'What the target calls the values of the wish, and what it cannot do.',
      '目標如何稱呼這些值，以及目標不支援的部分。',
    ),
    { off: ['    values: { grant: { pre-authorized_code: "urn:ietf:params:oauth:grant-type:pre-authorized_code" } }'] },
    { off: ['    supports: { deferred: [false] }'] },
    text('Or a list of offers, each used once:', '或列出多個 offer，每個只用一次：'),
    {
      off: [
        '  driver:',
        '    type: static',
        '    offers:',
        '      - openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F1',
        '      - { link: "openid-credential-offer://?credential_offer=…", txCode: "493536" }',
      ],
    },
    text(
      'Or a command (no shell), which writes the link or JSON; or a person:',
      '或執行指令（不經 shell），輸出連結或 JSON；或由人操作：',
    ),
    { off: ['  driver: { type: command, offer: { argv: [./make-offer, "{grant}"] } }'] },
    { off: ['  driver: { type: manual }'] },
  ],
  wallet: [
    text(
      'How a link reaches the wallet: by a person, who scans a QR code and says what happened.',
      '連結如何交給皮夾：由人掃描 QR Code，並回答結果。',
    ),
    '  driver:',
    '    type: manual',
    text(
      'Or by a command. adb hands its arguments to a shell on the phone, hence {link:sh}.',
      '或執行指令。adb 會把參數交給手機上的 shell，因此使用 {link:sh}。',
    ),
    {
      off: [
        '  driver:',
        '    type: command',
        '    open:',
        '      argv: [adb, shell, am, start, -W, -a, android.intent.action.VIEW, -d, "{link:sh}"]',
      ],
    },
    text(
      "Or by the wallet's own test interface, which answers when all is over.",
      '或使用皮夾的測試介面，於流程結束後回應。',
    ),
    {
      off: [
        '  driver:',
        '    type: http',
        '    open: { url: "https://wallet.example/control/open", body: { link: "{link}", tx_code: "{txCode}", consent: "{consent}" } }',
        '    answer: { outcome: /outcome, detail: /detail }',
        '    outcomes: { ok: accepted, error: refused }',
      ],
    },
  ],
  verifier: [
    text(
      'How a fresh presentation request is made, and where the relying party tells the result.',
      '如何發起新的出示要求，以及信賴方在何處回報結果。',
    ),
    text(
      'A member of the wish stands in braces: {responseMode} {request} {clientIdPrefix} {query} {transactionData} …',
      '需求的成員寫在大括號中：{responseMode} {request} {clientIdPrefix} {query} {transactionData} …',
    ),
    '  driver:',
    '    type: http',
    '    request:',
    '      method: POST',
    '      url: https://verifier.example/control/request',
    { off: ['      headers: { Authorization: "Bearer ${ENV:VERIFIER_TOKEN}" }'] },
    '      body: { responseMode: "{responseMode}", query: "{query}" }',
    '    answer: { link: /link, id: /id }',
    '    result:',
    '      url: https://verifier.example/control/result/{id}',
    '      answer: { outcome: /status, detail: /reason, claims: /claims }',
    text(
      "What the result's words mean: accepted, refused, declined-by-user, crashed, pending …",
      '結果用語的意義：accepted、refused、declined-by-user、crashed、pending …',
    ),
    '      outcomes: { open: pending, verified: accepted, failed: refused }',
    text(
      'Or a person, who pastes the link and says what the verifier showed:',
      '或由人貼上連結並回答驗證端顯示的結果：',
    ),
    { off: ['  driver: { type: manual }'] },
  ],
};

function limits(role: Role): readonly Line[] {
  return [
    ...SECRETS,
    { off: ['  headers: { X-Api-Key: "${ENV:API_KEY}" }'] },
    { off: ['  userAgent: touchstone'] },
    text(
      'What the target bears: flows at once, calls within an hour, ms between calls, ms for one answer.',
      '目標能承受的量：同時流程數、每小時呼叫次數、呼叫間隔（毫秒）、單次回應時限（毫秒）。',
    ),
    role === 'wallet' ? '  concurrency: 1' : '  concurrency: 4',
    { off: ['  callsPerHour: 1000'] },
    { off: ['  minInterval: 100'] },
    '  timeoutMs: 10000',
    text(
      'true: the target serves real people, so no faulty messages are sent.',
      'true：目標正在服務真實使用者，因此不送出任何錯誤訊息。',
    ),
    '  production: false',
  ];
}

const REST: Readonly<Record<Role, readonly Line[]>> = {
  issuer: [
    text('Our wallet, where it must be registered at the issuer.', '我方皮夾若須先在發行端註冊，請填於此。'),
    { off: ['  clientId: touchstone-wallet'] },
    { off: ['  redirectUri: https://touchstone.example/callback'] },
    { off: ['  clientKey: client-key.json'] },
    text(
      'Credential Issuer Identifier, for flows that the wallet starts without an offer; or that there are none.',
      '發行端識別碼，用於由皮夾主動發起、沒有 offer 的流程；若無此類流程，請如此宣告。',
    ),
    { off: ['  credentialIssuer: https://issuer.example'] },
    { off: ['  features: { wallet-initiated: false }'] },
    '',
    text('Whose certificates sign the credentials: PEM, or files.', '簽署憑證的根憑證：PEM 或檔案。'),
    { off: ['trust: { anchors: [issuer-ca.pem] }'] },
    '',
  ],
  wallet: [
    '',
    text(
      'Credentials that the wallet holds already; without them each test issues one first.',
      '皮夾中已有的憑證；若未填，各項測試會先簽發一張。',
    ),
    { off: ['wallet: { holds: [{ format: dc+sd-jwt, type: "urn:example:id" }] }'] },
    '',
    text(
      'The phone must reach us: our address, the URL under which it finds us, and https.',
      '手機必須能連到我方：監聽位址、對外網址與 https。',
    ),
    'listen: 0.0.0.0:8443',
    { off: ['publicUrl: https://192.0.2.10:8443'] },
    { off: ['tls: { cert: server.pem, key: server-key.pem }'] },
    text(
      'Keys and certificates are made once and kept here; `touchstone identity` prints what the wallet must trust.',
      '金鑰與憑證只產生一次並保存於此；`touchstone identity` 會列出皮夾必須信任的項目。',
    ),
    'identity: ./identity',
    '',
  ],
  verifier: [
    '',
    text(
      'Issuers whose credentials the verifier accepts are ours: `touchstone identity` prints what it must trust.',
      '驗證端須信任我方的發行者：`touchstone identity` 會列出必須信任的項目。',
    ),
    'identity: ./identity',
    text('Whose certificates sign the requests: PEM, or files.', '簽署出示要求的根憑證：PEM 或檔案。'),
    { off: ['trust: { anchors: [verifier-ca.pem] }'] },
    '',
  ],
};

const COMMON: readonly Line[] = [
  text(
    'Which tests, and what they may do: changes-state, may-lock.',
    '要執行哪些測試，以及允許的風險：changes-state、may-lock。',
  ),
  { off: ['only: ["*/metadata/*"]'] },
  { off: ['skip: ["*/deferred/*"]'] },
  { off: ['allow: [changes-state]'] },
  text(
    'Seconds: how long may be waited for what the target made; how far its clock may be off.',
    '秒：最多等待目標多久；目標時鐘可容許的誤差。',
  ),
  'maxWait: 0',
  'skew: 60',
  text('Expected failures, each with its reason, owner and end date.', '預期的失敗，各須註明原因、負責人與期限。'),
  { off: ['baseline: baseline.yaml'] },
];
