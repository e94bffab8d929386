/******/ (() => { // webpackBootstrap
/******/ 	"use strict";
/******/ 	var __webpack_modules__ = ({});
/******/ 	// The module cache
/******/ 	var __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __nccwpck_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		var module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		var threw = true;
/******/ 		try {
/******/ 			__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 			threw = false;
/******/ 		} finally {
/******/ 			if(threw) delete __webpack_module_cache__[moduleId];
/******/ 		}
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/******/ 	/* webpack/runtime/asset-relocator-loader */
/******/ 	if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = __dirname + "/";
/******/ 	
/******/ 	/* webpack/runtime/create fake namespace object */
/******/ 	(() => {
/******/ 		var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 		var leafPrototypes;
/******/ 		// create a fake namespace object
/******/ 		// mode & 1: value is a module id, require it
/******/ 		// mode & 2: merge all properties of value into the ns
/******/ 		// mode & 4: return value when already ns object
/******/ 		// mode & 16: return value when it's Promise-like
/******/ 		// mode & 8|1: behave like require
/******/ 		__nccwpck_require__.t = function(value, mode) {
/******/ 			if(mode & 1) value = this(value);
/******/ 			if(mode & 8) return value;
/******/ 			if(typeof value === 'object' && value) {
/******/ 				if((mode & 4) && value.__esModule) return value;
/******/ 				if((mode & 16) && typeof value.then === 'function') return value;
/******/ 			}
/******/ 			var ns = Object.create(null);
/******/ 			__nccwpck_require__.r(ns);
/******/ 			var def = {};
/******/ 			leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 			for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 				Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 			}
/******/ 			def['default'] = () => (value);
/******/ 			__nccwpck_require__.d(ns, def);
/******/ 			return ns;
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/define property getters */
/******/ 	(() => {
/******/ 		// define getter functions for harmony exports
/******/ 		__nccwpck_require__.d = (exports, definition) => {
/******/ 			for(var key in definition) {
/******/ 				if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 					Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 				}
/******/ 			}
/******/ 		};
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/hasOwnProperty shorthand */
/******/ 	(() => {
/******/ 		__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ 	})();
/******/ 	
/******/ 	/* webpack/runtime/make namespace object */
/******/ 	(() => {
/******/ 		// define __esModule on exports
/******/ 		__nccwpck_require__.r = (exports) => {
/******/ 			if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 				Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 			}
/******/ 			Object.defineProperty(exports, '__esModule', { value: true });
/******/ 		};
/******/ 	})();
/******/ 	
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = require("node:fs");
;// CONCATENATED MODULE: ./build/package.json
const package_namespaceObject = /*#__PURE__*/JSON.parse('{"UU":"mailinabox-login","rE":"1.0.0","TB":"https://github.com/OWNER/mailinabox-login"}');
;// CONCATENATED MODULE: ./build/src/version.js

const USER_AGENT = `${package_namespaceObject.UU}/${package_namespaceObject.rE}`;
const DOCUMENTS = `${package_namespaceObject.TB}/blob/v${package_namespaceObject.rE.split('.')[0]}/docs`;

;// CONCATENATED MODULE: ./build/src/action/require-node.js


const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18) || major === 21 || (major === 22 && minor < 9)) {
    const { STATE_api_key: key = '', STATE_keep_key, STATE_verify_logout } = process.env;
    const isPost = `${process.argv[1]}`.endsWith('post.cjs');
    if (isPost && (['', 'none'].includes(key) || STATE_keep_key === 'true'))
        process.exit(0);
    const level = isPost && STATE_verify_logout !== 'true' ? 'warning' : 'error';
    const fate = isPost ? 'The key is not revoked: it expires two days after its last use. ' : '';
    const link = `${DOCUMENTS}/troubleshooting.md#unsupported-node`;
    const text = `${fate}This runner uses Node ${process.version}, and this action needs 22.9 or later (or Node 20 from 20.18). Use a runner or image with Node 24. ${link}`;
    (0,external_node_fs_namespaceObject.writeSync)(1, `::${level} title=Unsupported Node::${text}\n`);
    process.exit(level === 'error' ? 1 : 0);
}

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = require("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
function utils_toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = require("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = require("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!fs.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    fs.appendFileSync(filePath, `${toCommandValue(message)}${os.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${os.EOL}${convertedValue}${os.EOL}${delimiter}`;
}
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = require("path");
;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = require("node:http");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
var ExitCode;
(function (ExitCode) {
    ExitCode[ExitCode["Success"] = 0] = "Success";
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
function setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
function core_setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(os.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    core_error(message);
}
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
function debug(message) {
    command_issueCommand('debug', {}, message);
}
function core_error(message, properties = {}) {
    command_issueCommand('error', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
    command_issueCommand('warning', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
function startGroup(name) {
    issue('group', name);
}
function endGroup() {
    issue('endgroup');
}
function group(name, fn) {
    return __awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return __awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
;// CONCATENATED MODULE: external "node:util"
const external_node_util_namespaceObject = require("node:util");
;// CONCATENATED MODULE: ./build/src/box/secrets.js
const secrets = new Set();
const MIN_LENGTH = 4;
const MIN_BASE64 = 6;
function addSecret(secret) {
    if (secret.trim() !== '')
        secrets.add(secret);
}
const basicCredentials = (email, secret) => Buffer.from(`${email}:${secret}`).toString('base64');
const fromUnit = (number) => String.fromCharCode(Number(number));
const fromUri = (text) => text.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
const fromJson = (text) => text.replace(/\\(?:u([\da-f]{4})|[bfnrt]|(\\))/gi, (_, hex = '20', slash) => slash ?? fromUnit(`0x${hex}`));
const ESCAPES = [
    (text) => text,
    (text) => text.replace(/&(?:#(x[\da-f]{1,8}|\d{1,8});?|[a-z]+;)/gi, (_, code = 'x20') => fromUnit(code.replace(/^x/i, '0x'))),
    ...[fromUri, fromJson].flatMap((undo) => [undo, (text) => undo(undo(text))]),
];
function containsSecret(text) {
    const forms = ESCAPES.map((undo) => undo(text));
    const haystacks = forms.map(lettersAndDigits);
    const unescapedForms = forms.map(unescaped);
    return [...secrets].some((secret) => {
        const [plain, bare] = [lettersAndDigits(secret), unescaped(secret)];
        const pieces = piecesInBase64(secret).map(lettersAndDigits);
        const needles = pieces.filter(({ length }) => length >= MIN_BASE64);
        if (plain.length >= MIN_LENGTH)
            needles.push(plain);
        const isIn = (haystack) => needles.some((needle) => haystack.includes(needle));
        return haystacks.some(isIn) || unescapedForms.some((form) => form.includes(bare));
    });
}
const lettersAndDigits = (text) => text.replace(/[^a-z\d]+/gi, '');
const unescaped = (text) => text.replace(runsOf(String.raw `\s\p{C}+\\&<>"'`), '');
const runsOf = (set) => new RegExp(`[${set}]+`, 'gu');
function piecesInBase64(secret) {
    return [0, 1, 2].map((shift) => {
        const bytes = Buffer.from('x'.repeat(shift) + secret);
        return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
    });
}

;// CONCATENATED MODULE: ./build/src/box/sanitize.js

const MAX_LENGTH = 120;
function sanitize(untrusted) {
    const text = untrusted.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '');
    if (containsSecret(text))
        return '[withheld: contains a secret]';
    const line = text.replace(runsOf(String.raw `\p{Cc}\p{Cf}\p{Cs}\s`), ' ').replaceAll('##[', '## [').trim();
    const characters = [...line];
    const start = characters.slice(0, MAX_LENGTH - 1).join('');
    return characters.length <= MAX_LENGTH ? line : `${start}…`;
}

;// CONCATENATED MODULE: ./build/src/box/errors.js


const PANEL_HOST = "Set 'host' to the host name in your control panel's URL.";
const EXPIRES = 'It expires two days after its last use.';
const REMEDIES = {
    'Invalid input': "Correct the input under 'with:', or the secret or variable that it comes from.",
    'Wrong email or password': `Sign in to the control panel with the same values (case-sensitive), then save both. Not retried, to avoid a ban.`,
    'Login rejected': 'Sign in to the control panel with the same values to see if they work there.',
    'Two-factor code required': `Set 'totp-secret' to the secret from the account's two-factor setup, or use an account without two-factor.`,
    'Two-factor code rejected': `'totp-secret' is probably from an earlier setup or another account. Disable two-factor, set it up again, and save the new secret.`,
    'Missing privilege': `The key gets revoked. Make the account an administrator (Mail & Users > Users), or use another one.`,
    'Certificate not trusted': 'Get a new one (System > TLS (SSL) Certificates).',
    'TLS failed': "No credentials were sent. Check the port in 'host'.",
    'Host not found': PANEL_HOST,
    'Box unreachable': `It's down, behind a firewall, or has banned this runner for 10 minutes. Check the box, then re-run the job.`,
    'Box busy': `It handles one request at a time, and updates take minutes. Re-run the job later, or raise 'timeout'.`,
    'Box error': 'Look for the error in /var/log/syslog on the box.',
    'Not a Mail-in-a-Box API': `Probably a website or login page, not the control panel. ${PANEL_HOST}`,
    'Blocked in front of the box': `An access list, firewall or login page in front of the box probably blocked the request. Let this runner through to /admin.`,
    'Unexpected redirect': `Not followed: credentials only go to 'host'. Check 'host', and exempt /admin from any login page in front of the box.`,
    Cancelled: 'Nothing to fix.',
    'Sign-out failed': `${EXPIRES} To revoke it now, change the account's password.`,
    'Key still valid': `${EXPIRES} Check that 'host' is the box itself, and change the account's password to revoke it.`,
    'Sign-out not verified': 'If the key is still valid, it expires two days after its last use.',
    'Proxy unreachable': `Check https_proxy and no_proxy, that the proxy is up, and that the runner trusts its certificate (NODE_EXTRA_CA_CERTS).`,
    'Proxy rejected': 'Check that the proxy can and may connect to this host, or add the host to no_proxy.',
    'Invalid proxy setting': `Set it to http://host:port, without quotes. Percent-encode special characters in the user name and password: '#' is '%23'.`,
    'Runner files not writable': 'Free disk space, or make the work directory writable.',
    'Saved session unreadable': `Check that no step sets STATE_ variables. The key may still be valid. ${EXPIRES}`,
    'Unsupported Node': 'Use a runner or image with Node 24.',
    'Unexpected error': 'Re-run the job with debug logging, and report it.',
};
class errors_BoxError extends Error {
    title;
    remedy;
    traits;
    constructor(title, message, options) {
        const { cause, remedy = REMEDIES[title], ...traits } = options ?? {};
        super(message, { cause });
        this.title = title;
        this.remedy = remedy;
        this.traits = traits;
    }
    with(changes, message = this.message) {
        const { title, cause, remedy, traits } = this;
        return new errors_BoxError(title, message, { cause, remedy, ...traits, ...changes });
    }
}
function asBoxError(cause, fate = '') {
    if (cause instanceof errors_BoxError)
        return cause;
    const message = sanitize(external_node_util_namespaceObject.types.isNativeError(cause) ? cause.message : String(cause));
    return new errors_BoxError('Unexpected error', message, { cause, remedy: `${REMEDIES['Unexpected error']} ${fate}`.trim() });
}
const KEY_LOST = 'If the box issued a key, nobody has it. It expires in two days.';
function cancelled(fate, signal) {
    const message = "The job was cancelled, or the step's timeout ran out, before the sign-in was complete";
    return new errors_BoxError('Cancelled', message, { remedy: `Nothing to fix. ${fate}`, signal });
}
class InvalidValueError extends (/* unused pure expression or super */ null && (Error)) {
}
class EmptyValueError extends (/* unused pure expression or super */ null && (InvalidValueError)) {
}
function fail(why) {
    throw new InvalidValueError(why);
}
function failOnMatch(value, faults) {
    for (const [pattern, why] of faults)
        if (pattern.test(value))
            fail(why);
}

;// CONCATENATED MODULE: ./build/src/action/cancel.js
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'];
const GRACE_MS = 9_000;
const LAST_MS = 9_500;
function listenForCancellation() {
    const requested = new AbortController();
    const final = new AbortController();
    const last = new AbortController();
    const cancel = (signal) => {
        requested.abort(signal);
        setTimeout(() => final.abort(), GRACE_MS).unref();
        setTimeout(() => last.abort(), LAST_MS).unref();
    };
    for (const signal of SIGNALS)
        process.on(signal, cancel);
    return { requested: requested.signal, final: final.signal, last: last.signal };
}
function exitBySignal(signal) {
    for (const each of SIGNALS)
        process.removeAllListeners(each);
    try {
        process.kill(process.pid, signal);
    }
    catch {
        process.exit();
    }
}

;// CONCATENATED MODULE: ./build/src/action/log.js






const log = { info: info, debug: debug };
function mask(secret) {
    if (secret.trim() === '')
        return;
    setSecret(secret);
    addSecret(secret);
}
function maskKey(email, apiKey) {
    process.stdout.cork();
    for (const each of [apiKey, basicCredentials(email, apiKey), ...piecesInBase64(apiKey)])
        mask(each);
    process.stdout.uncork();
}
const flush = () => new Promise((resolve) => process.stdout.write('', () => resolve()));
function annotate(level, error) {
    const { title, message, remedy } = asBoxError(error);
    const link = `${DOCUMENTS}/troubleshooting.md#${title.toLowerCase().replaceAll(' ', '-')}`;
    const print = level === 'error' ? core_error : warning;
    print(`${message}. ${remedy} ${link}`, { title });
    for (let cause = error; isDebug() && external_node_util_namespaceObject.types.isNativeError(cause); cause = cause.cause) {
        for (const line of `${cause.stack}`.split('\n'))
            debug(sanitize(line));
    }
}

;// CONCATENATED MODULE: ./build/src/action/run-step.js




async function runStepAndExit(step) {
    const uncaught = [];
    process.on('uncaughtException', (error) => uncaught.push(error));
    process.exitCode = ExitCode.Failure;
    let signal;
    try {
        await step(uncaught);
        process.exitCode = ExitCode.Success;
    }
    catch (error) {
        annotate('error', error);
        if (error instanceof errors_BoxError)
            signal = error.traits.signal;
    }
    void flush().then(() => (signal === undefined ? process.exit() : exitBySignal(signal)));
}

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = require("node:crypto");
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = require("node:os");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = require("node:path");
;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = require("node:net");
var external_node_net_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_node_net_namespaceObject, 2);
;// CONCATENATED MODULE: ./build/src/box/certificate.js




const OTHER_SERVER = "It's another server's, or 'host' isn't the box's own name: check both.";
const IF_BOX = "If it's the box's, set 'ca-certificate' to it, or get a public one.";
const EMPTY = "'ca-certificate' is empty: set it to";
const SET_IT = `${EMPTY} that certificate, or get a public one.`;
const SET_CA = `${EMPTY} that CA. For your network's CA, set NODE_EXTRA_CA_CERTS.`;
const INSTALL = `${EMPTY} the CA, or install the intermediate on the box.`;
const UPDATE = 'If the box renewed its certificate, update the input.';
const REMOVE = `Remove the input if the box has a public certificate now. Otherwise update the input, or install the missing intermediate on the box.`;
const REMAKE = `On the box, remove /home/user-data/ssl/ssl_certificate.pem, run 'sudo mailinabox', and update the input. Or get a public certificate.`;
const CODES = /^(C(ERT|RL)_|DEPTH_|ERR_TLS_CERT|ERROR_IN|HOSTNAME_|INVALID_[CP]|PATH_|SELF_|UNABLE_|UNSPECIFIED$)/;
const UNTRUSTED = [
    [/expired self-signed/, 'has an expired self-signed certificate', REMAKE],
    [/pinned .*(DEPTH_ZERO|CERT_SIGNATURE)/, "has a certificate other than 'ca-certificate'", UPDATE],
    [/pinned .*(TO_GET_ISS|TO_VER|SELF_S)/, "has a certificate that no certificate in 'ca-certificate' signed", REMOVE],
    [/DEPTH_ZERO_SELF_SIGNED_CERT/, 'has a self-signed certificate', SET_IT],
    [/UNABLE_TO_VERIFY_LEAF/, 'has a certificate from a private CA, or sent no intermediate', INSTALL],
    [/UNABLE_TO_GET_ISSUER|SELF_SIGNED/, "has a certificate from a CA that this runner doesn't know", SET_CA],
    [/old-ca/, "has a certificate whose CA in 'ca-certificate' expired", "Set the input to the CA's new certificate."],
    [/CERT_HAS_EXPIRED/, 'has an expired certificate', 'Renew it (System > TLS (SSL) Certificates).'],
    [/CERT_NOT_YET_VALID/, "has a certificate that isn't valid yet", 'Check the clocks of the runner and the box.'],
    [/ERR_TLS_CERT_ALTNAME/, 'has a certificate for another name', ''],
    [/UNSPECIFIED/, 'has a certificate with a weak key or hash'],
    [/PURPOSE/, "has a certificate that isn't for a server"],
    [/^/, 'has an invalid certificate'],
];
function certificateError(cause, code, name, ca = '', certificate) {
    if (!CODES.test(code))
        return undefined;
    const { issuer, subject = '', validTo = '', subjectAltName } = certificate ?? {};
    const old = Date.parse(validTo) < Date.now();
    const since = code === 'CERT_HAS_EXPIRED' && !old ? expiryIn(ca) : '';
    const key = `${ca && 'pinned'} ${since && 'old-ca'} ${old && 'expired'} ${issuer === subject && 'self-signed'} ${code}`;
    const [, why = '', fix = REMEDIES['Certificate not trusted']] = UNTRUSTED.find(([each]) => each.test(key)) ?? [];
    const host = name.replace(/^\[|\]?\.?(:\d+)?$/g, '');
    const match = (0,external_node_net_namespaceObject.isIP)(host) ? certificate?.checkIP(host) : certificate?.checkHost(host);
    const isOther = certificate !== undefined && (match === undefined || code.startsWith('ERR_TLS'));
    const all = subjectAltName || /(?<=^CN=).*$/m.exec(subject)?.[0] || 'nobody';
    const [two = ''] = /^[^,]*(,[^,]*)?/.exec(all.replace(/(DNS|IP Address):/g, '')) ?? [];
    const named = certificate === undefined ? 'certificate' : `certificate for ${sanitize(isOther ? two : `${match}`)}`;
    const shown = isOther ? `has a ${named}, not for this name` : `${why}${since}`.replace('certificate', () => named);
    const remedy = isOther ? `${OTHER_SERVER} ${fix && IF_BOX}`.trim() : fix;
    return new errors_BoxError('Certificate not trusted', `${name} ${shown}`, { cause, remedy });
}
function expiryIn(ca) {
    const certificates = ca.match(/-----BEGIN.+?END CERTIFICATE-----/gs) ?? [];
    const dates = certificates.map((pem) => new Date(new external_node_crypto_namespaceObject.X509Certificate(pem).validTo));
    const expired = dates.find((date) => date.getTime() < Date.now());
    return expired === undefined ? '' : ` on ${expired.toISOString().slice(0, 10)}`;
}

;// CONCATENATED MODULE: ./build/src/box/diagnose.js




const isNetworkError = (cause) => typeof cause === 'object' && cause !== null;
const diagnose_codeOf = (cause) => (isNetworkError(cause) && cause.code) || '';
const diagnose_wordsFor = (code) => [...(0,external_node_util_namespaceObject.getSystemErrorMap)().values()].find(([each]) => each === code)?.[1];
const TRANSIENT = /^(timeout .*|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|UNKNOWN|EAI_AGAIN|ERR_(SOCKET_CLOSED|STREAM_PREM).*)$/;
const NOT_FOUND = /^getaddrinfo (ENO(TF|D|ENT)|EAI_(ADDRF|FAIL$|NO))/;
const CLIENT_CERT = /^ERR_SSL.*ALERT.*CERTIFICATE/;
const UNREACHABLE = 'Box unreachable';
const NOT_SENT = 'No credentials were sent.';
const SERVER = `${NOT_SENT} Check the TLS settings of the server.`;
const CHECK_DNS = "Check that the box is up, if it serves its own DNS, and the runner's DNS settings.";
const NO_LOOKUP = "couldn't be looked up: a name server failed or didn't respond";
const ADD_A_RECORD = 'Add an A record for it, or use a runner with IPv6.';
const MTU = `${NOT_SENT} Check the MTU of the runner's network (containers, VPN), and firewalls that inspect TLS.`;
const REASONS = [
    [/^HPE_/, 'Not a Mail-in-a-Box API', "didn't return valid HTTP"],
    [CLIENT_CERT, 'Blocked in front of the box', 'requires a client certificate'],
    [/^ERR_SSL.*(WRONG_VERS|PACKET_LEN|_HTTP|RECORD_[LT])/, 'TLS failed', "doesn't speak TLS on this port"],
    [/^ERR_SSL.*(UNSUPPORTED_PROT|PROTOCOL_VERS)/, 'TLS failed', 'has no TLS 1.2 or later', SERVER],
    [/^ERR_SSL.*UNRECOGNIZED_NAME/, 'TLS failed', "doesn't know this host name", `${NOT_SENT} ${PANEL_HOST}`],
    [/_HANDSHAKE_FAILURE|_NO_SHARED/, 'TLS failed', 'shares no TLS cipher, or requires a client certificate', SERVER],
    [/^(ERR_SSL|EPROTO)/, 'TLS failed', 'failed in the TLS handshake (REASON)', SERVER],
    [NOT_FOUND, 'Host not found', "isn't in this runner's DNS"],
    [/EAI_AGAIN$|^timeout lookup/, UNREACHABLE, NO_LOOKUP, CHECK_DNS],
    [/^ERR_(SOCKET_CLOSED|STREAM_PREM)/, UNREACHABLE, 'closed the connection during the TLS handshake'],
    [/^timeout proxy/, UNREACHABLE, 'is unreachable, or opened no connection to the box in time'],
    [/^timeout connect/, UNREACHABLE, 'is unreachable: no connection in time'],
    [/^timeout handshake/, UNREACHABLE, "accepts connections, but didn't respond in the TLS handshake", MTU],
    [/^IPv6 /, UNREACHABLE, 'has only an IPv6 address, and this runner has no IPv6', ADD_A_RECORD],
];
function diagnose(cause, name, ca, certificate) {
    const error = isNetworkError(cause) ? mostInformative(cause) : {};
    const { code = '', syscall } = error;
    const repeatable = lacksIPv6(error);
    const prefix = repeatable ? 'IPv6 ' : syscall === 'getaddrinfo' ? 'getaddrinfo ' : '';
    const transient = TRANSIENT.test(code) && !repeatable;
    const known = REASONS.find(([pattern]) => pattern.test(prefix + code));
    const words = diagnose_wordsFor(code);
    if (known !== undefined || words !== undefined) {
        const [, title, why, remedy] = known ?? [code, UNREACHABLE, `is unreachable: ${words}`];
        const nameNotFound = NOT_FOUND.test(prefix + code);
        const reason = code.replace(/^(EPROTO|ERR_SSL(_SSLV3|_TLSV1|_TLSV13)?(_ALERT)?_)/, '').replaceAll('_', ' ');
        const shown = why.replace(' (REASON)', reason && ` (${reason.toLowerCase()})`);
        return new errors_BoxError(title, `${name} ${shown}`, { cause, remedy, transient, repeatable, nameNotFound });
    }
    return certificateError(cause, code, name, ca, certificate);
}
function mostInformative(error) {
    const errors = error.errors ?? [];
    return errors.findLast((each) => !lacksIPv6(each)) ?? errors[0] ?? error;
}
const lacksIPv6 = ({ code = '', address = '' }) => (0,external_node_net_namespaceObject.isIPv6)(address) && /^(ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(code);

;// CONCATENATED MODULE: ./build/src/action/runner-files.js







const ENTRIES = ['file', 'url', 'email', 'ca', 'verify_logout', 'keep_key', 'revoked', 'lost', 'api_key'];
const NONE = 'none';
function saveEmptyState() {
    runner_files_saveState({ ...Object.fromEntries(ENTRIES.map((name) => [name, NONE])), file: process.env['GITHUB_STATE'] ?? '' });
}
function runner_files_saveState(entries) {
    writeOrThrow('GITHUB_STATE', () => {
        for (const [name, value] of Object.entries(entries))
            if (value !== '')
                save(name, value);
    });
}
const readState = () => stateOf(getState);
function readStateFile(path) {
    const text = external_node_fs_namespaceObject.existsSync(path) ? external_node_fs_namespaceObject.readFileSync(path, 'utf8') : '';
    const entries = text.matchAll(/^(\w+)<<(\S+)\r?\n(.*?)\r?\n\2\r?$/gms);
    const values = new Map([...entries].map(([, name, , value]) => [name, value]));
    return stateOf((name) => values.get(name) ?? '');
}
function stateOf(read) {
    const value = (name) => (read(name) === NONE ? '' : read(name));
    return Object.fromEntries(ENTRIES.map((name) => [name, value(name)]));
}
function requireWritableOutput() {
    writeOrThrow('GITHUB_OUTPUT', (path) => {
        const { size } = fs.statSync(path);
        fs.appendFileSync(path, EOL);
        fs.truncateSync(path, size);
    });
}
function writeCaFile(ca) {
    if (ca === undefined)
        return '';
    return writeOrThrow('RUNNER_TEMP', (directory) => {
        const path = join(directory, `mailinabox-ca-${randomUUID()}.pem`);
        fs.writeFileSync(path, `${ca}\n`, { mode: 0o600, flag: 'wx' });
        return path;
    });
}
function setOutputs(outputs) {
    writeOrThrow('GITHUB_OUTPUT', () => {
        for (const [name, value] of Object.entries(outputs))
            setOutput(name, value);
    });
}
function writeOrThrow(variable, write) {
    const path = process.env[variable];
    const title = 'Runner files not writable';
    if (!path)
        throw new BoxError(title, `Variable ${variable} is not set`, { remedy: UNSET });
    try {
        return write(path);
    }
    catch (cause) {
        const code = codeOf(cause) || 'ENOENT';
        const [, remedy] = FIXES.find(([pattern]) => pattern.test(code)) ?? [];
        const message = `Can't write to ${variable}: ${wordsFor(code) ?? code}`;
        throw new BoxError(title, message, { cause, remedy });
    }
}
const UNSET = (/* unused pure expression or super */ null && (`A runner sets it. Outside of one, set it to an existing file, or RUNNER_TEMP to a directory.`));
const USER = `The image's user probably can't write the runner's files. Set 'container: options: --user root' (or 1001).`;
const FIXES = [
    [/EACCES|EPERM/, USER],
    [/EBUSY/, "Another program has it open. Exclude the runner's work directory from virus scans."],
    [/EISDIR|ENOENT/, 'An earlier step probably removed it or changed the variable.'],
];

;// CONCATENATED MODULE: ./build/src/action/take-over.js




const PATIENCE_MS = 10_000;
async function takeOver({ file }) {
    const main = findMain(file);
    if (main === undefined)
        return readStateFile(file);
    const isRunning = () => findMain(main.file)?.pid === main.pid;
    const send = async (signal) => isRunning() && process.kill(main.pid, signal);
    const until = Date.now() + PATIENCE_MS;
    await send('SIGINT').catch(() => false);
    while (isRunning() && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 50));
    const mustKill = await send('SIGKILL').catch(() => false);
    const state = readStateFile(main.file);
    if (state.api_key !== '' || (state.lost === '' && !mustKill))
        return state;
    throw new errors_BoxError('Cancelled', 'The sign-in was cancelled', { remedy: KEY_LOST });
}
function findMain(file) {
    const directory = (0,external_node_path_namespaceObject.dirname)(`${process.env['GITHUB_STATE']}`);
    const beside = process.argv[1]?.replace(/post\.cjs$/, 'main.cjs');
    for (const pid of process.platform === 'linux' ? (0,external_node_fs_namespaceObject.readdirSync)('/proc') : []) {
        try {
            const read = (name) => (0,external_node_fs_namespaceObject.readFileSync)(`/proc/${pid}/${name}`, 'utf8');
            const [, script = ''] = read('cmdline').split('\0');
            if (!script.endsWith('main.cjs') || (0,external_node_path_namespaceObject.resolve)((0,external_node_fs_namespaceObject.readlinkSync)(`/proc/${pid}/cwd`), script) !== beside)
                continue;
            const [, own = ''] = /\0GITHUB_STATE=([^\0]*)/.exec(`\0${read('environ')}`) ?? [];
            if (file === '' ? (0,external_node_path_namespaceObject.dirname)(own) === directory : own === file)
                return { pid: Number(pid), file: own };
        }
        catch { }
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/src/box/context.js
const systemClock = {
    now: Date.now,
    sleep: (ms, signal) => new Promise((resolve) => {
        const end = () => {
            signal.removeEventListener('abort', end);
            resolve(clearTimeout(timer));
        };
        const timer = setTimeout(end, ms);
        signal.aborted ? end() : signal.addEventListener('abort', end);
    }),
};

;// CONCATENATED MODULE: ./build/src/box/retry.js

const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;
const SLOW = 2;
const NAME_PATIENCE = 10;
const PENDING = {
    proxy: 'the proxy',
    lookup: "this runner's name server",
    connect: 'a connection to the box',
    handshake: 'the TLS handshake (connected)',
    response: 'the box, which handles one request at a time',
};
async function retry(work, context, limits) {
    const { clock, log, cancellation } = context;
    const { requested } = cancellation;
    const started = clock.now();
    const end = started + limits.seconds * 1000;
    let informative;
    let missingSince = Number.POSITIVE_INFINITY;
    let isKeyLost = false;
    let fate = 'No login was sent.';
    for (let number = 1;; number++) {
        const done = new AbortController();
        const attempt = startAttempt(context, limits, end - clock.now(), done.signal);
        try {
            return await work(attempt).finally(() => done.abort());
        }
        catch (error) {
            if (!(error instanceof errors_BoxError))
                throw error;
            const { traits } = error;
            const isLost = limits.onKeyLost !== undefined && traits.responseLost === true;
            if (isLost)
                limits.onKeyLost?.();
            isKeyLost ||= isLost;
            if (attempt.phase === 'response')
                fate = isKeyLost ? KEY_LOST : 'The box issued no key.';
            informative = traits.timedOut && informative?.traits.transient ? informative : error;
            const failure = summarize(informative, number, clock.now() - started, isKeyLost);
            missingSince = traits.nameNotFound ? Math.min(missingSince, clock.now()) : Number.POSITIVE_INFINITY;
            const patience = Math.min(missingSince + NAME_PATIENCE * 1000, end - 1000) - clock.now();
            const wait = limits.waitAfter?.(error) ?? backOff(traits, number, limits, patience / 1000);
            const stopped = () => (limits.onKeyLost ? cancelled(fate, requested.reason) : error);
            if (wait === undefined)
                throw failure;
            if (requested.aborted && attempt.phase === 'response')
                log.info(`${error.message}.`);
            if (requested.aborted)
                throw stopped();
            if (clock.now() + wait * 1000 >= end)
                throw failure;
            const when = wait === 0 ? '' : ` in ${Math.ceil(wait)} s`;
            log.info(`${error.message}.${isLost ? ` ${KEY_LOST}` : ''} Retrying${when}.`);
            await clock.sleep(wait * 1000, requested);
            if (requested.aborted)
                throw stopped();
        }
    }
}
function startAttempt({ cancellation, clock, log }, limits, left, done) {
    const { requested, final } = cancellation;
    const after = (seconds = Number.POSITIVE_INFINITY) => {
        const late = new AbortController();
        void clock.sleep(Math.max(1, Math.min(seconds * 1000, left)), done).then(() => done.aborted || late.abort());
        return late.signal;
    };
    const { connectSeconds, attemptSeconds = 0, onKeyLost } = limits;
    const sent = AbortSignal.any([after(limits.attemptSeconds), final]);
    const ends = [sent, ...(connectSeconds ? [after(connectSeconds)] : []), ...(onKeyLost ? [requested] : [])];
    const attempt = { phase: 'proxy', connecting: AbortSignal.any(ends), sent };
    const logWaiting = () => attempt.phase === 'response' && log.info('Cancelled. Waiting up to 9 s for the response.');
    requested.addEventListener('abort', logWaiting, { signal: done });
    const seconds = Math.round(Math.min(left / 1000, attemptSeconds)) - SLOW;
    void clock.sleep(SLOW * 1000, done).then(() => {
        if (seconds <= 0 || done.aborted || requested.aborted)
            return;
        log.info(`Still waiting for ${PENDING[attempt.phase]}. This attempt ends in ${seconds} s.`);
    });
    return attempt;
}
function backOff(traits, attempt, { repeatable }, patience) {
    const { transient, nameNotFound, retryAfter = 0 } = traits;
    const wait = retryAfter + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    if (transient || (repeatable && (nameNotFound || traits.repeatable)))
        return wait;
    return nameNotFound && patience > 0 ? Math.min(wait, patience) : undefined;
}
function summarize(error, attempts, ms, isKeyLost) {
    const { message, remedy, traits } = error;
    const lost = isKeyLost && !traits.rejected ? ` ${KEY_LOST}` : '';
    const times = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(ms / 1000)} s`;
    const isFirst = attempts === 1 && !traits.transient;
    return error.with({ remedy: remedy + lost }, isFirst ? message : `${message} (${times})`);
}
function retryAfterOf({ 'retry-after': value = '', date = '' }) {
    if (/^\d{1,9}$/.test(value))
        return Number(value);
    const seconds = (Date.parse(value) - (Date.parse(date) || Date.now())) / 1000;
    return value.endsWith('GMT') && !Number.isNaN(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

;// CONCATENATED MODULE: ./build/src/box/sign-out.js


const SIGN_OUT = 30;
const VERIFICATION = 10;
const LIMITS = { connectSeconds: 9, repeatable: true };
async function revoke(api, session, context, seconds = SIGN_OUT) {
    const work = (attempt) => api.logout(session, attempt);
    await retry(work, context, { ...LIMITS, seconds }).catch((error) => {
        throw wrap(error, 'Sign-out failed', "Couldn't revoke the key");
    });
}
async function revokeVerified(api, session, context) {
    const { clock } = context;
    const end = clock.now() + SIGN_OUT * 1000;
    const failure = await revoke(api, session, context, SIGN_OUT - VERIFICATION).catch((e) => e);
    const work = (attempt) => api.isKeyValid(session, attempt);
    const limits = { ...LIMITS, seconds: (end - clock.now()) / 1000 };
    const isValid = await retry(work, context, limits).catch((error) => {
        throw failure ?? wrap(error, 'Sign-out not verified', "Couldn't verify the sign-out");
    });
    if (!isValid)
        return;
    throw failure ?? new errors_BoxError('Key still valid', 'The box still accepts the key after sign-out');
}
function wrap(cause, title, message) {
    if (!(cause instanceof errors_BoxError))
        return cause;
    return new errors_BoxError(title, `${message}: ${cause.message}`, { cause });
}

;// CONCATENATED MODULE: external "http"
const external_http_namespaceObject = require("http");
var external_http_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_http_namespaceObject, 2);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/index.js
var lib_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};





var HttpCodes;
(function (HttpCodes) {
    HttpCodes[HttpCodes["OK"] = 200] = "OK";
    HttpCodes[HttpCodes["MultipleChoices"] = 300] = "MultipleChoices";
    HttpCodes[HttpCodes["MovedPermanently"] = 301] = "MovedPermanently";
    HttpCodes[HttpCodes["ResourceMoved"] = 302] = "ResourceMoved";
    HttpCodes[HttpCodes["SeeOther"] = 303] = "SeeOther";
    HttpCodes[HttpCodes["NotModified"] = 304] = "NotModified";
    HttpCodes[HttpCodes["UseProxy"] = 305] = "UseProxy";
    HttpCodes[HttpCodes["SwitchProxy"] = 306] = "SwitchProxy";
    HttpCodes[HttpCodes["TemporaryRedirect"] = 307] = "TemporaryRedirect";
    HttpCodes[HttpCodes["PermanentRedirect"] = 308] = "PermanentRedirect";
    HttpCodes[HttpCodes["BadRequest"] = 400] = "BadRequest";
    HttpCodes[HttpCodes["Unauthorized"] = 401] = "Unauthorized";
    HttpCodes[HttpCodes["PaymentRequired"] = 402] = "PaymentRequired";
    HttpCodes[HttpCodes["Forbidden"] = 403] = "Forbidden";
    HttpCodes[HttpCodes["NotFound"] = 404] = "NotFound";
    HttpCodes[HttpCodes["MethodNotAllowed"] = 405] = "MethodNotAllowed";
    HttpCodes[HttpCodes["NotAcceptable"] = 406] = "NotAcceptable";
    HttpCodes[HttpCodes["ProxyAuthenticationRequired"] = 407] = "ProxyAuthenticationRequired";
    HttpCodes[HttpCodes["RequestTimeout"] = 408] = "RequestTimeout";
    HttpCodes[HttpCodes["Conflict"] = 409] = "Conflict";
    HttpCodes[HttpCodes["Gone"] = 410] = "Gone";
    HttpCodes[HttpCodes["TooManyRequests"] = 429] = "TooManyRequests";
    HttpCodes[HttpCodes["InternalServerError"] = 500] = "InternalServerError";
    HttpCodes[HttpCodes["NotImplemented"] = 501] = "NotImplemented";
    HttpCodes[HttpCodes["BadGateway"] = 502] = "BadGateway";
    HttpCodes[HttpCodes["ServiceUnavailable"] = 503] = "ServiceUnavailable";
    HttpCodes[HttpCodes["GatewayTimeout"] = 504] = "GatewayTimeout";
})(HttpCodes || (HttpCodes = {}));
var Headers;
(function (Headers) {
    Headers["Accept"] = "accept";
    Headers["ContentType"] = "content-type";
})(Headers || (Headers = {}));
var MediaTypes;
(function (MediaTypes) {
    MediaTypes["ApplicationJson"] = "application/json";
})(MediaTypes || (MediaTypes = {}));
function lib_getProxyUrl(serverUrl) {
    const proxyUrl = pm.getProxyUrl(new URL(serverUrl));
    return proxyUrl ? proxyUrl.href : '';
}
const HttpRedirectCodes = [
    HttpCodes.MovedPermanently,
    HttpCodes.ResourceMoved,
    HttpCodes.SeeOther,
    HttpCodes.TemporaryRedirect,
    HttpCodes.PermanentRedirect
];
const HttpResponseRetryCodes = [
    HttpCodes.BadGateway,
    HttpCodes.ServiceUnavailable,
    HttpCodes.GatewayTimeout
];
const RetryableHttpVerbs = ['OPTIONS', 'GET', 'DELETE', 'HEAD'];
const ExponentialBackoffCeiling = 10;
const ExponentialBackoffTimeSlice = 5;
class HttpClientError extends Error {
    constructor(message, statusCode) {
        super(message);
        this.name = 'HttpClientError';
        this.statusCode = statusCode;
        Object.setPrototypeOf(this, HttpClientError.prototype);
    }
}
class HttpClientResponse {
    constructor(message) {
        this.message = message;
    }
    readBody() {
        return lib_awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => lib_awaiter(this, void 0, void 0, function* () {
                let output = Buffer.alloc(0);
                this.message.on('data', (chunk) => {
                    output = Buffer.concat([output, chunk]);
                });
                this.message.on('end', () => {
                    resolve(output.toString());
                });
            }));
        });
    }
    readBodyBuffer() {
        return lib_awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => lib_awaiter(this, void 0, void 0, function* () {
                const chunks = [];
                this.message.on('data', (chunk) => {
                    chunks.push(chunk);
                });
                this.message.on('end', () => {
                    resolve(Buffer.concat(chunks));
                });
            }));
        });
    }
}
function isHttps(requestUrl) {
    const parsedUrl = new URL(requestUrl);
    return parsedUrl.protocol === 'https:';
}
class HttpClient {
    constructor(userAgent, handlers, requestOptions) {
        this._ignoreSslError = false;
        this._allowRedirects = true;
        this._allowRedirectDowngrade = false;
        this._maxRedirects = 50;
        this._allowRetries = false;
        this._maxRetries = 1;
        this._keepAlive = false;
        this._disposed = false;
        this.userAgent = this._getUserAgentWithOrchestrationId(userAgent);
        this.handlers = handlers || [];
        this.requestOptions = requestOptions;
        if (requestOptions) {
            if (requestOptions.ignoreSslError != null) {
                this._ignoreSslError = requestOptions.ignoreSslError;
            }
            this._socketTimeout = requestOptions.socketTimeout;
            if (requestOptions.allowRedirects != null) {
                this._allowRedirects = requestOptions.allowRedirects;
            }
            if (requestOptions.allowRedirectDowngrade != null) {
                this._allowRedirectDowngrade = requestOptions.allowRedirectDowngrade;
            }
            if (requestOptions.maxRedirects != null) {
                this._maxRedirects = Math.max(requestOptions.maxRedirects, 0);
            }
            if (requestOptions.keepAlive != null) {
                this._keepAlive = requestOptions.keepAlive;
            }
            if (requestOptions.allowRetries != null) {
                this._allowRetries = requestOptions.allowRetries;
            }
            if (requestOptions.maxRetries != null) {
                this._maxRetries = requestOptions.maxRetries;
            }
        }
    }
    options(requestUrl, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('OPTIONS', requestUrl, null, additionalHeaders || {});
        });
    }
    get(requestUrl, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('GET', requestUrl, null, additionalHeaders || {});
        });
    }
    del(requestUrl, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('DELETE', requestUrl, null, additionalHeaders || {});
        });
    }
    post(requestUrl, data, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('POST', requestUrl, data, additionalHeaders || {});
        });
    }
    patch(requestUrl, data, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('PATCH', requestUrl, data, additionalHeaders || {});
        });
    }
    put(requestUrl, data, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('PUT', requestUrl, data, additionalHeaders || {});
        });
    }
    head(requestUrl, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request('HEAD', requestUrl, null, additionalHeaders || {});
        });
    }
    sendStream(verb, requestUrl, stream, additionalHeaders) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return this.request(verb, requestUrl, stream, additionalHeaders);
        });
    }
    getJson(requestUrl_1) {
        return lib_awaiter(this, arguments, void 0, function* (requestUrl, additionalHeaders = {}) {
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            const res = yield this.get(requestUrl, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    postJson(requestUrl_1, obj_1) {
        return lib_awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.post(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    putJson(requestUrl_1, obj_1) {
        return lib_awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.put(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    patchJson(requestUrl_1, obj_1) {
        return lib_awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.patch(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    request(verb, requestUrl, data, headers) {
        return lib_awaiter(this, void 0, void 0, function* () {
            if (this._disposed) {
                throw new Error('Client has already been disposed.');
            }
            const parsedUrl = new URL(requestUrl);
            let info = this._prepareRequest(verb, parsedUrl, headers);
            const maxTries = this._allowRetries && RetryableHttpVerbs.includes(verb)
                ? this._maxRetries + 1
                : 1;
            let numTries = 0;
            let response;
            do {
                response = yield this.requestRaw(info, data);
                if (response &&
                    response.message &&
                    response.message.statusCode === HttpCodes.Unauthorized) {
                    let authenticationHandler;
                    for (const handler of this.handlers) {
                        if (handler.canHandleAuthentication(response)) {
                            authenticationHandler = handler;
                            break;
                        }
                    }
                    if (authenticationHandler) {
                        return authenticationHandler.handleAuthentication(this, info, data);
                    }
                    else {
                        return response;
                    }
                }
                let redirectsRemaining = this._maxRedirects;
                while (response.message.statusCode &&
                    HttpRedirectCodes.includes(response.message.statusCode) &&
                    this._allowRedirects &&
                    redirectsRemaining > 0) {
                    const redirectUrl = response.message.headers['location'];
                    if (!redirectUrl) {
                        break;
                    }
                    const parsedRedirectUrl = new URL(redirectUrl);
                    if (parsedUrl.protocol === 'https:' &&
                        parsedUrl.protocol !== parsedRedirectUrl.protocol &&
                        !this._allowRedirectDowngrade) {
                        throw new Error('Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.');
                    }
                    yield response.readBody();
                    if (parsedRedirectUrl.hostname !== parsedUrl.hostname) {
                        for (const header in headers) {
                            if (header.toLowerCase() === 'authorization') {
                                delete headers[header];
                            }
                        }
                    }
                    info = this._prepareRequest(verb, parsedRedirectUrl, headers);
                    response = yield this.requestRaw(info, data);
                    redirectsRemaining--;
                }
                if (!response.message.statusCode ||
                    !HttpResponseRetryCodes.includes(response.message.statusCode)) {
                    return response;
                }
                numTries += 1;
                if (numTries < maxTries) {
                    yield response.readBody();
                    yield this._performExponentialBackoff(numTries);
                }
            } while (numTries < maxTries);
            return response;
        });
    }
    dispose() {
        if (this._agent) {
            this._agent.destroy();
        }
        this._disposed = true;
    }
    requestRaw(info, data) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => {
                function callbackForResult(err, res) {
                    if (err) {
                        reject(err);
                    }
                    else if (!res) {
                        reject(new Error('Unknown error'));
                    }
                    else {
                        resolve(res);
                    }
                }
                this.requestRawWithCallback(info, data, callbackForResult);
            });
        });
    }
    requestRawWithCallback(info, data, onResult) {
        if (typeof data === 'string') {
            if (!info.options.headers) {
                info.options.headers = {};
            }
            info.options.headers['Content-Length'] = Buffer.byteLength(data, 'utf8');
        }
        let callbackCalled = false;
        function handleResult(err, res) {
            if (!callbackCalled) {
                callbackCalled = true;
                onResult(err, res);
            }
        }
        const req = info.httpModule.request(info.options, (msg) => {
            const res = new HttpClientResponse(msg);
            handleResult(undefined, res);
        });
        let socket;
        req.on('socket', sock => {
            socket = sock;
        });
        req.setTimeout(this._socketTimeout || 3 * 60000, () => {
            if (socket) {
                socket.end();
            }
            handleResult(new Error(`Request timeout: ${info.options.path}`));
        });
        req.on('error', function (err) {
            handleResult(err);
        });
        if (data && typeof data === 'string') {
            req.write(data, 'utf8');
        }
        if (data && typeof data !== 'string') {
            data.on('close', function () {
                req.end();
            });
            data.pipe(req);
        }
        else {
            req.end();
        }
    }
    getAgent(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        return this._getAgent(parsedUrl);
    }
    getAgentDispatcher(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (!useProxy) {
            return;
        }
        return this._getProxyAgentDispatcher(parsedUrl, proxyUrl);
    }
    _prepareRequest(method, requestUrl, headers) {
        const info = {};
        info.parsedUrl = requestUrl;
        const usingSsl = info.parsedUrl.protocol === 'https:';
        info.httpModule = usingSsl ? external_node_net_namespaceObject_0 : external_http_namespaceObject_0;
        const defaultPort = usingSsl ? 443 : 80;
        info.options = {};
        info.options.host = info.parsedUrl.hostname;
        info.options.port = info.parsedUrl.port
            ? parseInt(info.parsedUrl.port)
            : defaultPort;
        info.options.path =
            (info.parsedUrl.pathname || '') + (info.parsedUrl.search || '');
        info.options.method = method;
        info.options.headers = this._mergeHeaders(headers);
        if (this.userAgent != null) {
            info.options.headers['user-agent'] = this.userAgent;
        }
        info.options.agent = this._getAgent(info.parsedUrl);
        if (this.handlers) {
            for (const handler of this.handlers) {
                handler.prepareRequest(info.options);
            }
        }
        return info;
    }
    _mergeHeaders(headers) {
        if (this.requestOptions && this.requestOptions.headers) {
            return Object.assign({}, lowercaseKeys(this.requestOptions.headers), lowercaseKeys(headers || {}));
        }
        return lowercaseKeys(headers || {});
    }
    _getExistingOrDefaultHeader(additionalHeaders, header, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[header];
            if (headerValue) {
                clientHeader =
                    typeof headerValue === 'number' ? headerValue.toString() : headerValue;
            }
        }
        const additionalValue = additionalHeaders[header];
        if (additionalValue !== undefined) {
            return typeof additionalValue === 'number'
                ? additionalValue.toString()
                : additionalValue;
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    _getExistingOrDefaultContentTypeHeader(additionalHeaders, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[Headers.ContentType];
            if (headerValue) {
                if (typeof headerValue === 'number') {
                    clientHeader = String(headerValue);
                }
                else if (Array.isArray(headerValue)) {
                    clientHeader = headerValue.join(', ');
                }
                else {
                    clientHeader = headerValue;
                }
            }
        }
        const additionalValue = additionalHeaders[Headers.ContentType];
        if (additionalValue !== undefined) {
            if (typeof additionalValue === 'number') {
                return String(additionalValue);
            }
            else if (Array.isArray(additionalValue)) {
                return additionalValue.join(', ');
            }
            else {
                return additionalValue;
            }
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    _getAgent(parsedUrl) {
        let agent;
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (this._keepAlive && useProxy) {
            agent = this._proxyAgent;
        }
        if (!useProxy) {
            agent = this._agent;
        }
        if (agent) {
            return agent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        let maxSockets = 100;
        if (this.requestOptions) {
            maxSockets = this.requestOptions.maxSockets || external_http_namespaceObject.globalAgent.maxSockets;
        }
        if (proxyUrl && proxyUrl.hostname) {
            const agentOptions = {
                maxSockets,
                keepAlive: this._keepAlive,
                proxy: Object.assign(Object.assign({}, ((proxyUrl.username || proxyUrl.password) && {
                    proxyAuth: `${proxyUrl.username}:${proxyUrl.password}`
                })), { host: proxyUrl.hostname, port: proxyUrl.port })
            };
            let tunnelAgent;
            const overHttps = proxyUrl.protocol === 'https:';
            if (usingSsl) {
                tunnelAgent = overHttps ? external_node_net_namespaceObject.httpsOverHttps : external_node_net_namespaceObject.httpsOverHttp;
            }
            else {
                tunnelAgent = overHttps ? external_node_net_namespaceObject.httpOverHttps : external_node_net_namespaceObject.httpOverHttp;
            }
            agent = tunnelAgent(agentOptions);
            this._proxyAgent = agent;
        }
        if (!agent) {
            const options = { keepAlive: this._keepAlive, maxSockets };
            agent = usingSsl ? new external_node_net_namespaceObject.Agent(options) : new external_http_namespaceObject.Agent(options);
            this._agent = agent;
        }
        if (usingSsl && this._ignoreSslError) {
            agent.options = Object.assign(agent.options || {}, {
                rejectUnauthorized: false
            });
        }
        return agent;
    }
    _getProxyAgentDispatcher(parsedUrl, proxyUrl) {
        let proxyAgent;
        if (this._keepAlive) {
            proxyAgent = this._proxyAgentDispatcher;
        }
        if (proxyAgent) {
            return proxyAgent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        proxyAgent = new external_node_http_namespaceObject.ProxyAgent(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
            token: `Basic ${Buffer.from(`${proxyUrl.username}:${proxyUrl.password}`).toString('base64')}`
        })));
        this._proxyAgentDispatcher = proxyAgent;
        if (usingSsl && this._ignoreSslError) {
            proxyAgent.options = Object.assign(proxyAgent.options.requestTls || {}, {
                rejectUnauthorized: false
            });
        }
        return proxyAgent;
    }
    _getUserAgentWithOrchestrationId(userAgent) {
        const baseUserAgent = userAgent || 'actions/http-client';
        const orchId = process.env['ACTIONS_ORCHESTRATION_ID'];
        if (orchId) {
            const sanitizedId = orchId.replace(/[^a-z0-9_.-]/gi, '_');
            return `${baseUserAgent} actions_orchestration_id/${sanitizedId}`;
        }
        return baseUserAgent;
    }
    _performExponentialBackoff(retryNumber) {
        return lib_awaiter(this, void 0, void 0, function* () {
            retryNumber = Math.min(ExponentialBackoffCeiling, retryNumber);
            const ms = ExponentialBackoffTimeSlice * Math.pow(2, retryNumber);
            return new Promise(resolve => setTimeout(() => resolve(), ms));
        });
    }
    _processResponse(res, options) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => lib_awaiter(this, void 0, void 0, function* () {
                const statusCode = res.message.statusCode || 0;
                const response = {
                    statusCode,
                    result: null,
                    headers: {}
                };
                if (statusCode === HttpCodes.NotFound) {
                    resolve(response);
                }
                function dateTimeDeserializer(key, value) {
                    if (typeof value === 'string') {
                        const a = new Date(value);
                        if (!isNaN(a.valueOf())) {
                            return a;
                        }
                    }
                    return value;
                }
                let obj;
                let contents;
                try {
                    contents = yield res.readBody();
                    if (contents && contents.length > 0) {
                        if (options && options.deserializeDates) {
                            obj = JSON.parse(contents, dateTimeDeserializer);
                        }
                        else {
                            obj = JSON.parse(contents);
                        }
                        response.result = obj;
                    }
                    response.headers = res.message.headers;
                }
                catch (err) {
                }
                if (statusCode > 299) {
                    let msg;
                    if (obj && obj.message) {
                        msg = obj.message;
                    }
                    else if (contents && contents.length > 0) {
                        msg = contents;
                    }
                    else {
                        msg = `Failed request: (${statusCode})`;
                    }
                    const err = new HttpClientError(msg, statusCode);
                    err.result = response.result;
                    reject(err);
                }
                else {
                    resolve(response);
                }
            }));
        });
    }
}
const lowercaseKeys = (obj) => Object.keys(obj).reduce((c, k) => ((c[k.toLowerCase()] = obj[k]), c), {});
;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = require("node:events");
;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = require("node:tls");
;// CONCATENATED MODULE: ./build/src/box/connect.js





const CONNECTION = { autoSelectFamilyAttemptTimeout: 2_500 };
function tlsOptions(host) {
    const servername = external_node_net_namespaceObject.isIP(host) === 0 ? host : '';
    return { ...CONNECTION, servername, minVersion: 'TLSv1.2', rejectUnauthorized: true };
}
async function openTls(request, tunnel) {
    const { url, ca, attempt } = request;
    const host = withoutBrackets(url.hostname);
    const isTls = url.protocol === 'https:';
    const address = { host, port: Number(url.port || (isTls ? 443 : 80)), ...CONNECTION };
    const trust = { ca, allowPartialTrustChain: ca !== undefined };
    const options = { ...address, ...tlsOptions(host), ...trust, socket: tunnel };
    const socket = isTls ? external_node_tls_namespaceObject.connect(options) : external_node_net_namespaceObject.connect(address);
    attempt.phase = tunnel !== undefined ? 'handshake' : external_node_net_namespaceObject.isIP(host) === 0 ? 'lookup' : 'connect';
    const enter = (phase) => () => Object.assign(attempt, { phase });
    socket.once('lookup', enter('connect')).once('connect', enter('handshake'));
    let raw;
    socket.prependListener('secure', () => {
        if (socket instanceof external_node_tls_namespaceObject.TLSSocket)
            raw = socket.getPeerCertificate()?.raw;
    });
    try {
        await opened(socket, isTls ? 'secureConnect' : 'connect', attempt);
        return socket;
    }
    catch (cause) {
        const timedOut = attempt.connecting.aborted;
        const reason = timedOut ? { code: `timeout ${attempt.phase}` } : cause;
        const certificate = raw && new external_node_crypto_namespaceObject.X509Certificate(raw);
        throw diagnose(reason, url.host, ca, certificate)?.with({ cause, timedOut }) ?? cause;
    }
}
function opened(opening, event, attempt) {
    opening.on('error', () => { });
    return (0,external_node_events_namespaceObject.once)(opening, event, { signal: attempt.connecting }).catch((error) => {
        opening.destroy();
        throw error;
    });
}
const withoutBrackets = (hostname) => hostname.replace(/^\[(.*)\]$/, '$1');

;// CONCATENATED MODULE: ./build/src/box/proxy.js










async function openTunnel({ url, attempt }) {
    const proxy = proxyFor(url);
    if (proxy === undefined)
        return undefined;
    const target = `${url.hostname}:${url.port || 443}`;
    const name = `${proxy.host} (proxy)`;
    const request = requestTunnel(proxy, target);
    const [response, socket] = await opened(request, 'connect', attempt).catch((cause) => {
        const timedOut = attempt.connecting.aborted;
        const error = diagnose(timedOut ? { code: `timeout ${attempt.phase}` } : cause, name);
        if (error === undefined)
            throw cause;
        throw new errors_BoxError('Proxy unreachable', error.message, { ...error.traits, cause, timedOut });
    });
    const status = response.statusCode;
    socket.on('error', () => { });
    if (status >= 200 && status < 300)
        return socket;
    socket.destroy();
    const transient = [429, 502, 503, 504].includes(status);
    const remedy = status === 407 ? loginRemedy(proxy, response.headers['proxy-authenticate']) : undefined;
    const options = { transient, repeatable: status >= 500, remedy, retryAfter: retryAfterOf(response.headers) };
    throw new errors_BoxError('Proxy rejected', `${name} returned HTTP ${status} for ${target}`, options);
}
function loginRemedy({ username }, offered = 'Basic') {
    const schemes = offered.match(/(?<=^|,\s*)[a-z\d-]+(?![\w-]*=)/gi) ?? [];
    if (!schemes.some((each) => /^basic$/i.test(each))) {
        return `It offers ${sanitize(schemes.join(' or ')).slice(0, 40)}, but only Basic works. Use a local proxy that signs in to it, such as cntlm or px.`;
    }
    if (username === '')
        return 'https_proxy has no user name. Set it to http://user:password@host:port.';
    return 'Check the user name and password in https_proxy.';
}
function proxyFor(target) {
    const variable = ['https_proxy', 'HTTPS_PROXY'].find((name) => process.env[name]);
    if (variable === undefined || checkBypass(target))
        return undefined;
    try {
        const setting = process.env[variable] ?? '';
        const proxy = new URL(setting.includes('://') ? setting : `http://${setting}`);
        decodeURIComponent(proxy.username + proxy.password);
        if (/^https?:\/\/[^/]+\/$/.test(proxy.href))
            return proxy;
    }
    catch { }
    throw new errors_BoxError('Invalid proxy setting', `Variable '${variable}' isn't the URL of an HTTP proxy`);
}
function requestTunnel(proxy, path) {
    const isTls = proxy.protocol === 'https:';
    const host = withoutBrackets(proxy.hostname);
    const headers = { Host: path, ...registerAuthorization(proxy) };
    const address = { host, port: Number(proxy.port || (isTls ? 443 : 80)), ...CONNECTION };
    const connect = () => (isTls ? external_node_tls_namespaceObject.connect({ ...address, ...tlsOptions(host) }) : external_node_net_namespaceObject.connect(address));
    return external_node_http_namespaceObject.request({ method: 'CONNECT', path, headers, createConnection: connect }).end();
}
function registerAuthorization({ username, password }) {
    if (username === '')
        return {};
    const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
    const basic = basicCredentials(user, secret);
    addSecret(secret || user);
    addSecret(basic);
    return { 'Proxy-Authorization': `Basic ${basic}` };
}

;// CONCATENATED MODULE: ./build/src/box/http.js






const MAX_HEADERS = 66_000;
const MAX_BYTES = 1_000_000;
async function send(request) {
    const tunnel = await openTunnel(request);
    const socket = await openTls(request, tunnel);
    request.attempt.phase = 'response';
    return exchange(request, socket);
}
async function exchange(request, socket) {
    const { url, attempt } = request;
    try {
        attempt.sent.addEventListener('abort', () => socket.destroy());
        const message = await sendAndReadHead(request, socket);
        const { statusCode: status = 0, headers } = message;
        const body = status === 200 ? await readBody(message, url) : '';
        const clockAhead = Date.parse(headers.date ?? '') + 500 - Date.now() || 0;
        return { url, status, headers, body, clockAhead };
    }
    catch (error) {
        throw error instanceof errors_BoxError ? error : exchangeError(error, url, attempt.sent.aborted);
    }
    finally {
        socket.destroy();
    }
}
function sendAndReadHead({ method, url, headers: given }, socket) {
    const request = { method, path: url.pathname, headers: { Host: url.host, ...given }, createConnection: () => socket };
    const options = { ...request, insecureHTTPParser: true, maxHeaderSize: MAX_HEADERS };
    return new Promise((resolve, reject) => {
        socket.once('close', () => reject({ code: 'ECONNRESET' }));
        new HttpClient().requestRawWithCallback({ options, parsedUrl: url, httpModule: external_node_http_namespaceObject }, '', (error, response) => response === undefined ? reject(error) : resolve(response.message));
    });
}
async function readBody(message, url) {
    const chunks = [];
    let length = 0;
    for await (const chunk of message) {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_BYTES)
            throw new errors_BoxError('Not a Mail-in-a-Box API', `${url} sent more than 1 MB`, { responseLost: true });
    }
    return Buffer.concat(chunks).toString();
}
function exchangeError(cause, { host }, timedOut) {
    const lost = { cause, transient: true, responseLost: true, timedOut };
    if (timedOut)
        return new errors_BoxError('Box busy', `${host} didn't respond`, lost);
    const code = diagnose_codeOf(cause);
    if (CLIENT_CERT.test(code))
        return diagnose(cause, host);
    if (code.startsWith('HPE_'))
        return diagnose(cause, host)?.with({ responseLost: true });
    if (!/^(ERR_SSL|EPROTO|ERR_SOCKET_CLOSED|ERR_STREAM_PREM)/.test(code) && diagnose_wordsFor(code) === undefined)
        return cause;
    const message = `${host} closed the connection before its response was complete`;
    const remedy = 'The box or its web server probably restarted. Re-run the job.';
    return new errors_BoxError('Box unreachable', message, { ...lost, remedy });
}

;// CONCATENATED MODULE: ./build/src/box/status.js



const LIMITED = 'A CDN or proxy in front of the box limits requests. Re-run the job later.';
const DAEMON = `The box's daemon is probably restarting or down. If this persists, run 'sudo systemctl restart mailinabox' on the box.`;
const NO_SERVER = "The server in front of the box can't reach it. Check both.";
const CLOUDFLARE = 'Cloudflare got no valid response from the box. Check the box.';
const FLEXIBLE = `Set Cloudflare's SSL mode to Full instead of Flexible, or have the proxy in front of the box use HTTPS.`;
const WEBSITE = `${REMEDIES['Blocked in front of the box']} Or 'host' is a website.`;
const STATUSES = [
    [/^429/, 'Box busy', { transient: true, remedy: LIMITED }],
    [/^502/, 'Box unreachable', { transient: true, remedy: DAEMON }],
    [/^503/, 'Box unreachable', { transient: true, remedy: NO_SERVER }],
    [/^504/, 'Box busy', { transient: true, responseLost: true }],
    [/^405/, 'Blocked in front of the box', { remedy: WEBSITE }],
    [/^4(?!0[04]|10)/, 'Blocked in front of the box'],
    [/^5[2-9]/, 'Box unreachable', { repeatable: true, responseLost: true, remedy: CLOUDFLARE }],
    [/^5/, 'Box error', { repeatable: true, responseLost: true }],
    [/^/, 'Not a Mail-in-a-Box API'],
];
function requireOk({ url, status, headers }) {
    if (status === 200)
        return;
    if (status >= 300 && status < 400) {
        const { location = 'nowhere' } = headers;
        const target = URL.parse(location, url.href);
        const fix = { remedy: target?.host === url.host && target.pathname === url.pathname ? FLEXIBLE : undefined };
        throw new errors_BoxError('Unexpected redirect', `${url.host} redirects to ${sanitize(location).slice(0, 60)}`, fix);
    }
    const [, title = 'Box error', options = {}] = STATUSES.find(([pattern]) => pattern.test(`${status}`)) ?? [];
    const retryAfter = options.transient ? retryAfterOf(headers) : undefined;
    const wait = retryAfter === undefined ? '' : ` (Retry-After: ${retryAfter} s)`;
    throw new errors_BoxError(title, `${url} returned HTTP ${status}${wait}`, { ...options, retryAfter });
}

;// CONCATENATED MODULE: ./build/src/box/responses.js



const REJECTED_CREDENTIALS = 'Incorrect email address or password.';
function parseLogin(response, credentials) {
    const { api_key, privileges, ...rest } = parseJson(response);
    if (rest.status !== 'ok')
        throw loginError(response, rest, credentials);
    if (typeof api_key === 'string' && /^[a-z\d][\w.~+/=-]{7,1023}$/i.test(api_key)) {
        return { apiKey: api_key, privileges: parsePrivileges(privileges) };
    }
    throw notABox(response, "no valid 'api_key'");
}
function parsePrivileges(privileges = []) {
    const isName = (value) => typeof value === 'string' && /^[a-z\d_-]{1,64}$/.test(value);
    return Array.isArray(privileges) && privileges.every(isName) ? privileges : undefined;
}
function loginError(response, me, sent) {
    const { clockAhead, url } = response;
    const { status, reason } = me;
    const { email, password, totp } = sent;
    const rejected = `${url.host} rejected the login of ${email}`;
    const wrongCode = `${url.host} rejected the two-factor code of ${email}`;
    const noCode = `${email} has two-factor authentication on, but 'totp-secret' is empty`;
    switch (status === 'invalid' ? reason : status) {
        case 'missing-totp-token':
            if (totp !== undefined)
                return headerDropped(url, 'X-Auth-Token');
            return new errors_BoxError('Two-factor code required', noCode, { rejected: true });
        case REJECTED_CREDENTIALS: {
            const message = rejected + passwordHint(password);
            return new errors_BoxError('Wrong email or password', message, { rejected: true });
        }
        case 'invalid-totp-token':
            return new errors_BoxError('Two-factor code rejected', wrongCode, { codeRejected: true, clockAhead });
        case 'Authorization header invalid.':
            return headerDropped(url, 'Authorization');
    }
    if (status !== 'invalid')
        return notABox(response, "JSON with an unknown 'status'");
    const why = typeof reason === 'string' ? sanitize(reason).slice(0, 60) : 'no reason given';
    return new errors_BoxError('Login rejected', `${rejected}: ${why}`, { rejected: true });
}
const NAME = /^(\$\W{0,2}[\w:. ]+[})]*|%\w+%|\{\{.*|<.*>|[*•.]+|\w+:\/\/.*|(env|secrets)\.\w+|[A-Z]+(_[A-Z\d]+)+)$/;
const HINTS = [
    [/^\s|\s$/, 'starts or ends with a space'],
    [/^["'`]|["'`]$/, 'starts or ends with a quote'],
    [/[\r\n]/, 'has several lines'],
    [NAME, 'looks like a placeholder or the name of a secret'],
];
function passwordHint(password) {
    const [, why] = HINTS.find(([pattern]) => pattern.test(password)) ?? [];
    return why === undefined ? '' : ` (the password ${why})`;
}
function headerDropped({ host }, name) {
    const remedy = 'A proxy or login page in front of the box probably removed it. Let it pass.';
    const options = { remedy, rejected: true };
    return new errors_BoxError('Blocked in front of the box', `${host} got no ${name} header`, options);
}
function parseLogout(response) {
    const { status = 'ok' } = parseJson(response);
    if (status === 'ok')
        return { status };
    throw notABox(response, "JSON with an unknown 'status'");
}
function parseValidity(response) {
    const { status, headers, body } = response;
    const reason = status === 401 ? String(headers['x-reason']) : '';
    if (reason === 'You are not an administrator.')
        return true;
    if (reason === REJECTED_CREDENTIALS || reason.startsWith("That's not a user"))
        return false;
    requireOk(response);
    if (/^(true|false)\s*$/.test(body))
        return true;
    throw notABox(response, 'neither true nor false');
}
function parseJson(response) {
    requireOk(response);
    const { body, headers } = response;
    let value;
    try {
        value = JSON.parse(body);
    }
    catch {
        const isJson = /json/.test(headers['content-type'] ?? '');
        throw notABox(response, isJson ? "JSON that can't be read" : 'a page instead of JSON');
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return { ...value };
    throw notABox(response, "JSON that isn't an object");
}
const notABox = ({ url }, what) => new errors_BoxError('Not a Mail-in-a-Box API', `${url.host} returned ${what}`, { responseLost: true });

;// CONCATENATED MODULE: ./build/src/box/user-api.js



class UserApi {
    #options;
    constructor(options) {
        this.#options = options;
    }
    async login(credentials, attempt) {
        const { email, password, totp } = credentials;
        const code = totp === undefined ? {} : { 'X-Auth-Token': totp };
        return parseLogin(await this.#send('POST', '/login', email, password, attempt, code), credentials);
    }
    async logout({ email, apiKey }, attempt) {
        return parseLogout(await this.#send('POST', '/logout', email, apiKey, attempt));
    }
    async isKeyValid({ email, apiKey }, attempt) {
        return parseValidity(await this.#send('GET', '/system/privacy', email, apiKey, attempt));
    }
    async #send(method, path, email, secret, attempt, code = {}) {
        const { url, userAgent, ca, log } = this.#options;
        const Authorization = `Basic ${basicCredentials(email, secret)}`;
        const headers = { Accept: 'application/json', 'User-Agent': userAgent, Authorization, ...code };
        const response = await send({ method, url: new URL(url + path), headers, ca, attempt });
        log.debug(`${method} ${url}${path}: HTTP ${response.status}`);
        return response;
    }
}

;// CONCATENATED MODULE: ./build/src/logout.js










async function logout(uncaught) {
    let state = readState();
    if (state.keep_key !== '')
        return;
    try {
        if (state.api_key === '')
            state = await takeOver(state);
        if (state.api_key !== '')
            await signOut(state);
        const stray = uncaught.filter((error) => diagnose_codeOf(error) !== 'EPIPE');
        if (stray.length > 0 && state.verify_logout === '')
            throw stray[0];
    }
    catch (cause) {
        const error = asBoxError(cause, 'The key may be valid. It expires two days after its last use.');
        if (state.verify_logout !== '')
            throw error;
        annotate('warning', error);
    }
}
async function signOut({ url, email, ca, verify_logout, revoked, api_key: apiKey }) {
    if (email === '' || !URL.canParse(url)) {
        throw new errors_BoxError('Saved session unreadable', "Can't read what the main step saved");
    }
    maskKey(email, apiKey);
    const context = { cancellation: listenForCancellation(), clock: systemClock, log: log };
    const api = new UserApi({ url, userAgent: USER_AGENT, ca: ca || undefined, log: log });
    const session = { email, apiKey };
    const quiet = { ...context, log: { ...log, info: () => { } } };
    if (verify_logout === '' && revoked !== '')
        return revoke(api, session, quiet).catch(() => { });
    if (verify_logout === '')
        return revoke(api, session, context);
    await revokeVerified(api, session, context);
    log.info('Signed out. The box rejects the key.');
}

;// CONCATENATED MODULE: ./build/src/post.js



void runStepAndExit(logout);

module.exports = __webpack_exports__;
/******/ })()
;