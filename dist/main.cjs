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
    if (!external_fs_namespaceObject.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_namespaceObject.appendFileSync(filePath, `${utils_toCommandValue(message)}${external_os_namespaceObject.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = utils_toCommandValue(value);
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_namespaceObject.EOL}${convertedValue}${external_os_namespaceObject.EOL}${delimiter}`;
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
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return file_command_issueFileCommand('OUTPUT', file_command_prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    command_issueCommand('set-output', { name }, utils_toCommandValue(value));
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
        return file_command_issueFileCommand('STATE', file_command_prepareKeyValueMessage(name, value));
    }
    command_issueCommand('save-state', { name }, utils_toCommandValue(value));
}
function core_getState(name) {
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
class InvalidValueError extends Error {
}
class EmptyValueError extends InvalidValueError {
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
var external_node_crypto_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_node_crypto_namespaceObject, 2);
;// CONCATENATED MODULE: ./node_modules/otpauth/dist/otpauth.node.min.mjs
//! otpauth 9.5.2 | (c) Héctor Molinero Fernández | MIT | https://github.com/hectorm/otpauth
const t=(()=>{if("object"==typeof globalThis)return globalThis;Object.defineProperty(Object.prototype,"__GLOBALTHIS__",{get(){return this},configurable:!0});try{if("undefined"!=typeof __GLOBALTHIS__)return __GLOBALTHIS__}finally{delete Object.prototype.__GLOBALTHIS__}return"undefined"!=typeof self?self:"undefined"!=typeof window?window:"undefined"!=typeof global?global:void 0})(),r=e=>{switch(!0){case/^(?:SHA-?1|SSL3-SHA1)$/i.test(e):return"SHA1";case/^SHA(?:2?-)?224$/i.test(e):return"SHA224";case/^SHA(?:2?-)?256$/i.test(e):return"SHA256";case/^SHA(?:2?-)?384$/i.test(e):return"SHA384";case/^SHA(?:2?-)?512$/i.test(e):return"SHA512";case/^SHA3-224$/i.test(e):return"SHA3-224";case/^SHA3-256$/i.test(e):return"SHA3-256";case/^SHA3-384$/i.test(e):return"SHA3-384";case/^SHA3-512$/i.test(e):return"SHA3-512";default:throw new TypeError(`Unknown hash algorithm: ${e}`)}},i=(r,i,s)=>{if(external_node_crypto_namespaceObject_0?.createHmac){const n=external_node_crypto_namespaceObject.createHmac(r,t.Buffer.from(i));return n.update(t.Buffer.from(s)),n.digest()}throw new Error("Missing HMAC function")},s="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",n=e=>{let t=(e=e.replace(/ /g,"").toUpperCase()).length;for(;"="===e[t-1];)--t;t<e.length&&(e=e.substring(0,t));const r=new ArrayBuffer(5*e.length/8|0),i=new Uint8Array(r);let n=0,a=0,o=0;for(let t=0;t<e.length;t++){const r=s.indexOf(e[t]);if(-1===r)throw new TypeError(`Invalid character found: ${e[t]}`);a=a<<5|r,n+=5,n>=8&&(n-=8,i[o++]=a>>>n)}return i},a=e=>{let t=0,r=0,i="";for(let n=0;n<e.length;n++)for(r=r<<8|e[n],t+=8;t>=5;)i+=s[r>>>t-5&31],t-=5;return t>0&&(i+=s[r<<5-t&31]),i},o="0123456789ABCDEF",l=e=>{e=e.replace(/ /g,"").toUpperCase();const t=new ArrayBuffer(e.length/2),r=new Uint8Array(t);for(let t=0;t<e.length;t+=2){const i=o.indexOf(e[t]),s=o.indexOf(e[t+1]);if(-1===i||-1===s)throw new TypeError(`Invalid character found: ${e.substring(t,t+2)}`);r[t/2]=i<<4|s}return r},u=e=>{let t="";for(let r=0;r<e.length;r++){const i=e[r].toString(16);1===i.length&&(t+="0"),t+=i}return t.toUpperCase()},h=e=>{
const t=new ArrayBuffer(e.length),r=new Uint8Array(t);for(let t=0;t<e.length;t++)r[t]=255&e.charCodeAt(t);return r},c=e=>{let t="";for(let r=0;r<e.length;r++)t+=String.fromCharCode(e[r]);return t},d=t.TextEncoder?new t.TextEncoder:null,f=t.TextDecoder?new t.TextDecoder:null,g=e=>{if(!d)throw new Error("Encoding API not available");return d.encode(e)},m=e=>{if(!f)throw new Error("Encoding API not available");return f.decode(e)};class p{static fromLatin1(e){return new p({buffer:h(e).buffer})}static fromUTF8(e){return new p({buffer:g(e).buffer})}static fromBase32(e){return new p({buffer:n(e).buffer})}static fromHex(e){return new p({buffer:l(e).buffer})}get buffer(){return this.bytes.buffer}get latin1(){return Object.defineProperty(this,"latin1",{enumerable:!0,writable:!1,configurable:!1,value:c(this.bytes)}),this.latin1}get utf8(){return Object.defineProperty(this,"utf8",{enumerable:!0,writable:!1,configurable:!1,value:m(this.bytes)}),this.utf8}get base32(){return Object.defineProperty(this,"base32",{enumerable:!0,writable:!1,configurable:!1,value:a(this.bytes)}),this.base32}get hex(){return Object.defineProperty(this,"hex",{enumerable:!0,writable:!1,configurable:!1,value:u(this.bytes)}),this.hex}constructor({buffer:r,size:i=20}={}){this.bytes=void 0===r?(r=>{if(external_node_crypto_namespaceObject_0?.randomBytes)return external_node_crypto_namespaceObject.randomBytes(r);if(t.crypto?.getRandomValues)return t.crypto.getRandomValues(new Uint8Array(r));throw new Error("Cryptography API not available")})(i):new Uint8Array(r),Object.defineProperty(this,"bytes",{enumerable:!0,writable:!1,configurable:!1,value:this.bytes})}}class w{static get defaults(){return{issuer:"",label:"OTPAuth",issuerInLabel:!0,algorithm:"SHA1",digits:6,counter:0,window:1}}static generate({secret:e,algorithm:t=w.defaults.algorithm,digits:r=w.defaults.digits,counter:s=w.defaults.counter,hmac:n=i}){const a=(e=>{const t=new ArrayBuffer(8),r=new Uint8Array(t);let i=e;for(let e=7;e>=0&&0!==i;e--)r[e]=255&i,i-=r[e],i/=256;return r})(s),o=n(t,e.bytes,a)
;if(!o?.byteLength||o.byteLength<19)throw new TypeError("Return value must be at least 19 bytes");const l=15&o[o.byteLength-1];return(((127&o[l])<<24|(255&o[l+1])<<16|(255&o[l+2])<<8|255&o[l+3])%10**r).toString().padStart(r,"0")}generate({counter:e=this.counter++}={}){return w.generate({secret:this.secret,algorithm:this.algorithm,digits:this.digits,counter:e,hmac:this.hmac})}static validate({token:r,secret:s,algorithm:n,digits:a=w.defaults.digits,counter:o=w.defaults.counter,window:l=w.defaults.window,hmac:u=i}){if(r.length!==a)return null;let h=null;const c=i=>{const l=w.generate({secret:s,algorithm:n,digits:a,counter:i,hmac:u});((r,i)=>{if(external_node_crypto_namespaceObject_0?.timingSafeEqual)return external_node_crypto_namespaceObject.timingSafeEqual(t.Buffer.from(r),t.Buffer.from(i));{if(r.length!==i.length)throw new TypeError("Input strings must have the same length");let e=-1,t=0;for(;++e<r.length;)t|=r.charCodeAt(e)^i.charCodeAt(e);return 0===t}})(r,l)&&(h=i-o)};c(o);for(let e=1;e<=l&&null===h&&(c(o-e),null===h)&&(c(o+e),null===h);++e);return h}validate({token:e,counter:t=this.counter,window:r}){return w.validate({token:e,secret:this.secret,algorithm:this.algorithm,digits:this.digits,counter:t,window:r,hmac:this.hmac})}toString(){const e=encodeURIComponent;return"otpauth://hotp/"+(this.issuer.length>0?this.issuerInLabel?`${e(this.issuer)}:${e(this.label)}?issuer=${e(this.issuer)}&`:`${e(this.label)}?issuer=${e(this.issuer)}&`:`${e(this.label)}?`)+`secret=${e(this.secret.base32)}&`+`algorithm=${e(this.algorithm)}&`+`digits=${e(this.digits)}&`+`counter=${e(this.counter)}`}constructor({issuer:e=w.defaults.issuer,label:t=w.defaults.label,issuerInLabel:i=w.defaults.issuerInLabel,secret:s=new p,algorithm:n=w.defaults.algorithm,digits:a=w.defaults.digits,counter:o=w.defaults.counter,hmac:l}={}){this.issuer=e,this.label=t,this.issuerInLabel=i,this.secret="string"==typeof s?p.fromBase32(s):s,this.algorithm=l?n:r(n),this.digits=a,this.counter=o,this.hmac=l}}class b{static get defaults(){return{issuer:"",label:"OTPAuth",issuerInLabel:!0,algorithm:"SHA1",digits:6,period:30,window:1}}
static counter({period:e=b.defaults.period,timestamp:t=Date.now()}={}){return Math.floor(t/1e3/e)}counter({timestamp:e=Date.now()}={}){return b.counter({period:this.period,timestamp:e})}static remaining({period:e=b.defaults.period,timestamp:t=Date.now()}={}){return 1e3*e-t%(1e3*e)}remaining({timestamp:e=Date.now()}={}){return b.remaining({period:this.period,timestamp:e})}static generate({secret:e,algorithm:t,digits:r,period:i=b.defaults.period,timestamp:s=Date.now(),hmac:n}){return w.generate({secret:e,algorithm:t,digits:r,counter:b.counter({period:i,timestamp:s}),hmac:n})}generate({timestamp:e=Date.now()}={}){return b.generate({secret:this.secret,algorithm:this.algorithm,digits:this.digits,period:this.period,timestamp:e,hmac:this.hmac})}static validate({token:e,secret:t,algorithm:r,digits:i,period:s=b.defaults.period,timestamp:n=Date.now(),window:a,hmac:o}){return w.validate({token:e,secret:t,algorithm:r,digits:i,counter:b.counter({period:s,timestamp:n}),window:a,hmac:o})}validate({token:e,timestamp:t,window:r}){return b.validate({token:e,secret:this.secret,algorithm:this.algorithm,digits:this.digits,period:this.period,timestamp:t,window:r,hmac:this.hmac})}toString(){const e=encodeURIComponent;return"otpauth://totp/"+(this.issuer.length>0?this.issuerInLabel?`${e(this.issuer)}:${e(this.label)}?issuer=${e(this.issuer)}&`:`${e(this.label)}?issuer=${e(this.issuer)}&`:`${e(this.label)}?`)+`secret=${e(this.secret.base32)}&`+`algorithm=${e(this.algorithm)}&`+`digits=${e(this.digits)}&`+`period=${e(this.period)}`}constructor({issuer:e=b.defaults.issuer,label:t=b.defaults.label,issuerInLabel:i=b.defaults.issuerInLabel,secret:s=new p,algorithm:n=b.defaults.algorithm,digits:a=b.defaults.digits,period:o=b.defaults.period,hmac:l}={}){this.issuer=e,this.label=t,this.issuerInLabel=i,this.secret="string"==typeof s?p.fromBase32(s):s,this.algorithm=l?n:r(n),this.digits=a,this.period=o,this.hmac=l}}
const y=/^otpauth:\/\/([ht]otp)\/(.+)\?([A-Z0-9.~_-]+=[^?&]*(?:&[A-Z0-9.~_-]+=[^?&]*)*)$/i,A=/^[2-7A-Z]+=*$/i,S=/^SHA(?:1|224|256|384|512|3-224|3-256|3-384|3-512)$/i,$=/^[A-Z0-9]+(?:[_-][A-Z0-9]+)*$/i,v=/^[+-]?\d+$/,I=/^\+?[1-9]\d*$/;class H{static parse(e,{hmac:t}={}){let r;try{r=e.match(y)}catch(e){}if(!Array.isArray(r))throw new URIError("Invalid URI format");const i=r[1].toLowerCase(),s=r[2].split(/(?::|%3A) *(.+)/i,2).map(decodeURIComponent),n=r[3].split("&").reduce((e,t)=>{const r=t.split(/=(.*)/,2).map(decodeURIComponent),i=r[0].toLowerCase(),s=r[1],n=e;return n[i]=s,n},{});let a;const o={};if("hotp"===i){if(a=w,void 0===n.counter||!v.test(n.counter))throw new TypeError("Missing or invalid 'counter' parameter");o.counter=parseInt(n.counter,10)}else{if("totp"!==i)throw new TypeError("Unknown OTP type");if(a=b,void 0!==n.period){if(!I.test(n.period))throw new TypeError("Invalid 'period' parameter");o.period=parseInt(n.period,10)}}if(void 0!==n.issuer&&(o.issuer=n.issuer),2===s.length?(o.label=s[1],void 0===o.issuer||""===o.issuer?o.issuer=s[0]:""===s[0]&&(o.issuerInLabel=!1)):(o.label=s[0],void 0!==o.issuer&&""!==o.issuer&&(o.issuerInLabel=!1)),void 0===n.secret||!A.test(n.secret))throw new TypeError("Missing or invalid 'secret' parameter");if(o.secret=n.secret,void 0!==n.algorithm){if(!(t?$:S).test(n.algorithm))throw new TypeError("Invalid 'algorithm' parameter");o.algorithm=n.algorithm}if(void 0!==n.digits){if(!I.test(n.digits))throw new TypeError("Invalid 'digits' parameter");o.digits=parseInt(n.digits,10)}return void 0!==t&&(o.hmac=t),new a(o)}static stringify(e){if(e instanceof w||e instanceof b)return e.toString();throw new TypeError("Invalid 'HOTP/TOTP' object")}}const T="9.5.2";

;// CONCATENATED MODULE: ./build/src/box/totp.js


const STEP_MS = 30_000;
const SPREAD = 10;
const LATE_SPREAD = 20;
function parseTotpSecret(given) {
    const text = given.replace(/[\s\u200b-\u200d\u2010-\u2015\u2060\ufeff"'`-]/g, '').replaceAll('&amp;', '&');
    if (/^\d{6}$/.test(text))
        fail('is a six-digit code. Set it to the secret behind the codes');
    const plain = text.includes('://') ? secretOfUri(text) : text.replace(/^\w*(key|otp|secret)[:=](?=\w)|&.*$/gi, '');
    const base32 = plain.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
    if (!/^[A-Z2-7]+$/.test(base32))
        fail('is not Base32 (A-Z and 2-7)');
    return base32.length < 16 ? fail("is too short: a box's secret has 32 characters") : base32;
}
function secretOfUri(uri) {
    const { protocol, host, searchParams: query } = URL.parse(uri) ?? fail('is not an otpauth:// URI');
    if (!/otpauth:$/.test(protocol))
        fail('is not an otpauth:// URI');
    const algorithm = query.get('algorithm') || 'SHA1';
    failOnMatch(`${host} ${query.get('digits') || 6} ${query.get('period') || 30} ${algorithm}`.toUpperCase(), [
        [/^HOTP /, 'is for HOTP; a box uses TOTP'],
        [/^(?!TOTP )/, 'is not an otpauth:// URI of a box'],
        [/^\S* (?!6 )/, "is for codes of another length; a box's have six digits"],
        [/^\S* \S* (?!30 )/, "is for codes of another period; a box's change every 30 s"],
        [/ (?!(HMAC)?SHA1$)\S*$/, 'is for another algorithm; a box uses SHA-1'],
    ]);
    return query.get('secret') ?? fail('has no secret');
}
class TotpCodes {
    #secret;
    #clock;
    #rejections = 0;
    #calmAt = 0;
    #sentStep;
    #rejectedStep;
    #boxAhead = 0;
    constructor(secret, clock) {
        this.#secret = secret;
        this.#clock = clock;
    }
    takeNext() {
        const current = Math.floor((this.#clock.now() + this.#boxAhead) / STEP_MS);
        const steps = [current - 1, current, current + 1].filter((step) => step !== this.#rejectedStep);
        const random = steps[Math.floor(Math.random() * steps.length)] ?? current;
        this.#sentStep = this.#rejectedStep === undefined ? current : random;
        const timestamp = this.#sentStep * STEP_MS;
        return b.generate({ secret: p.fromBase32(this.#secret), timestamp });
    }
    recordRejection({ traits }) {
        if (!traits.codeRejected)
            return undefined;
        this.#boxAhead = traits.clockAhead ?? 0;
        this.#rejectedStep = this.#sentStep;
        const now = this.#clock.now();
        this.#rejections += 1;
        switch (this.#rejections) {
            case 1:
                this.#calmAt = now + STEP_MS;
                return Math.random() * SPREAD;
            case 2:
            case 4:
                return 0;
            case 3:
                return Math.max(0, this.#calmAt - now) / 1000 + SPREAD + Math.random() * LATE_SPREAD;
            default:
                return undefined;
        }
    }
}

;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = require("node:url");
;// CONCATENATED MODULE: ./build/src/box/values.js



const INVISIBLE = /[\ufe00-\ufe0f\u00a0\u00ad\u061c\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/;
const HOST_NAME = /^([a-z\d_-]+(\.[a-z\d_-]+)*\.?|\[[\da-f:]+\])$/;
const LOOPBACK = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/;
function parseEmail(email) {
    requireText(email);
    failOnMatch(email, EMAIL_FAULTS);
    const [local = '', domain = ''] = email.split('@');
    const ascii = isAscii(domain) ? domain : (0,external_node_url_namespaceObject.domainToASCII)(domain);
    return /^[\w-]+(\.[\w-]+)*$/.test(ascii) ? `${local}@${ascii}` : fail('has an invalid domain');
}
const EMAIL_FAULTS = [
    [/[\s\u0000-\u001f\u007f-\u009f]/, 'contains a space'],
    [/:/, 'contains a colon'],
    [/["`;,<>()[\]\\]/, 'contains a character that no email address on a box has'],
    [/^(?![^@]+@[^@]+$)/, 'is not an email address'],
    [/[^\0-\x7f].*@/, "contains a non-ASCII character before the '@'"],
    [/^\.|\.\.|\.@/, "has a misplaced dot before the '@'"],
];
function parsePassword(password) {
    requireText(password);
    if (isAscii(password))
        return password;
    return fail("contains a non-ASCII character, which the box can't read. Change the password");
}
function parseHost(host) {
    requireText(host);
    const address = (/^[a-z][a-z\d+.-]*:\/\//i.test(host) ? host : `https://${host}`).replace(/#.*$/, '');
    if (/^[^:]+:\/\/(:\d*)?([/?]|$)/.test(address))
        throw new EmptyValueError('has no host name');
    failOnMatch(address, HOST_FAULTS);
    const url = URL.parse(address);
    if (url === null || !HOST_NAME.test(url.hostname))
        return fail('is not a host name, host:port, or https:// URL');
    const { protocol, hostname, origin } = url;
    if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
        fail('starts with http://, which would send the password unencrypted. Use https://');
    }
    const path = url.pathname.replace(/\/+$/, '');
    if (!/^[\w/.~-]*$/.test(path))
        fail('has a path with special characters');
    return origin + (path === '' ? '/admin' : path);
}
const HOST_FAULTS = [
    [/[\s\u0000-\u001f\u007f-\u009f\\]/, 'contains a space or backslash'],
    [/^https:\/\/https?(:?\/|$)/i, 'is not a host name, host:port, or https:// URL'],
    [/^(?!https?:)/i, 'does not start with https://'],
    [/@/, "contains credentials: use 'email' and 'password'"],
    [/\?/, 'contains a query (?)'],
];
function parseCertificates(text) {
    const given = text.replace(/\\+[nr]/g, '\n');
    if (/-----BEGIN[A-Z\s]*PRIVATE\s+KEY-----/.test(given)) {
        fail('contains a private key. Set it to the certificate only, and replace the key');
    }
    const pattern = /-----BEGIN\s+CERTIFICATE-----(.*?)-----END\s+CERTIFICATE-----/gs;
    const found = [...given.matchAll(pattern)];
    if (found.length === 0) {
        failOnMatch(text, [
            [/^([\w\s-]*[:=]\s*)?([\da-f]{2}[:\s-]?){16,}$|^sha-?\d+[\s:/]/i, 'is a fingerprint. Set it to the certificate'],
            [/^[\w./\\:~-]{1,300}$/, 'is a path. Set it to the text of that file'],
        ]);
        fail("contains no certificate ('-----BEGIN CERTIFICATE-----')");
    }
    try {
        const parse = (body = '') => new external_node_crypto_namespaceObject.X509Certificate(Buffer.from(body, 'base64'));
        return found.map(([, body]) => parse(body).toString().trim()).join('\n');
    }
    catch {
        return fail("contains a certificate that can't be read");
    }
}
function requireText(value) {
    if (value.trim() === '')
        throw new EmptyValueError('is empty');
    const code = INVISIBLE.exec(value)?.[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    if (code !== undefined)
        fail(`contains an invisible character (U+${code}). Save it again without it`);
}
const isAscii = (text) => /^[\u0000-\u007f]*$/.test(text);

;// CONCATENATED MODULE: ./build/src/action/inputs.js






const MAX_TIMEOUT = 21_600;
const NO_SECRET = `The secret or variable doesn't exist under that name, or the run is from a fork or Dependabot, which don't get it.`;
const WITH_DEFAULT = ['TIMEOUT', 'LOGOUT', 'VERIFY-LOGOUT'];
const WRAPPER = "'node' on this runner is probably a script, whose shell (dash) drops names with a hyphen";
function maskAndReadInputs() {
    const password = getInput('password', { trimWhitespace: false }).replace(/[\r\n]+$/, '');
    mask(password);
    mask(getInput('totp-secret'));
    const problems = [];
    let remedy;
    function parseOrRecord(name, parse, preset, value) {
        try {
            return parse(value);
        }
        catch (error) {
            if (!(error instanceof InvalidValueError))
                throw error;
            problems.push(`Input '${name}' ${error.message}`);
            if (error instanceof EmptyValueError)
                remedy = NO_SECRET;
            return preset;
        }
    }
    const required = (name, parse, text = getInput(name)) => parseOrRecord(name, parse, '', text);
    const optional = (name, parse, preset, value = getInput(name)) => value === '' ? preset : parseOrRecord(name, parse, preset, value);
    const email = required('email', parseEmail);
    const inputs = {
        email,
        password: required('password', parsePassword, password),
        url: optional('host', parseHost, '', getInput('host') || email.replace(/^.*@/, 'box.')),
        totpSecret: optional('totp-secret', parseTotpSecret, undefined),
        ca: optional('ca-certificate', parseCertificates, undefined),
        privilege: optional('require-privilege', parsePrivilege, undefined),
        timeout: optional('timeout', parseTimeout, 120),
        logout: optional('logout', parseBoolean, true),
        verifyLogout: optional('verify-logout', parseBoolean, false),
    };
    if (inputs.verifyLogout && !inputs.logout)
        problems.push("Input 'verify-logout' can't be combined with 'logout: false'");
    const missing = WITH_DEFAULT.filter((name) => 'INPUT_EMAIL' in process.env && !(`INPUT_${name}` in process.env));
    for (const name of missing)
        problems.push(`Input '${name.toLowerCase()}' didn't arrive: ${WRAPPER}`);
    if (missing.length > 0)
        remedy = 'Run that script with bash, or replace it with the real node.';
    if (problems.length > 0)
        throw new errors_BoxError('Invalid input', problems.join('. '), { remedy });
    mask(inputs.totpSecret ?? '');
    mask(basicCredentials(email, inputs.password));
    return inputs;
}
const parsePrivilege = (name) => /^[a-z\d_-]+$/.test(name) ? name : fail("is not a privilege, such as 'admin'");
function parseTimeout(timeout) {
    const seconds = /^\d+$/.test(timeout) ? Number(timeout) : 0;
    if (seconds >= 1 && seconds <= MAX_TIMEOUT)
        return seconds;
    return fail(`is not a whole number of seconds from 1 to ${MAX_TIMEOUT}`);
}
function parseBoolean(value) {
    if (/^(true|True|TRUE)$/.test(value))
        return true;
    return /^(false|False|FALSE)$/.test(value) ? false : fail('is not true or false');
}

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
const codeOf = (cause) => (isNetworkError(cause) && cause.code) || '';
const wordsFor = (code) => [...(0,external_node_util_namespaceObject.getSystemErrorMap)().values()].find(([each]) => each === code)?.[1];
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
    const words = wordsFor(code);
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
                saveState(name, value);
    });
}
const readState = () => stateOf(getState);
function readStateFile(path) {
    const text = fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
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
        const { size } = external_node_fs_namespaceObject.statSync(path);
        external_node_fs_namespaceObject.appendFileSync(path, external_node_os_namespaceObject.EOL);
        external_node_fs_namespaceObject.truncateSync(path, size);
    });
}
function writeCaFile(ca) {
    if (ca === undefined)
        return '';
    return writeOrThrow('RUNNER_TEMP', (directory) => {
        const path = (0,external_node_path_namespaceObject.join)(directory, `mailinabox-ca-${(0,external_node_crypto_namespaceObject.randomUUID)()}.pem`);
        external_node_fs_namespaceObject.writeFileSync(path, `${ca}\n`, { mode: 0o600, flag: 'wx' });
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
        throw new errors_BoxError(title, `Variable ${variable} is not set`, { remedy: UNSET });
    try {
        return write(path);
    }
    catch (cause) {
        const code = codeOf(cause) || 'ENOENT';
        const [, remedy] = FIXES.find(([pattern]) => pattern.test(code)) ?? [];
        const message = `Can't write to ${variable}: ${wordsFor(code) ?? code}`;
        throw new errors_BoxError(title, message, { cause, remedy });
    }
}
const UNSET = `A runner sets it. Outside of one, set it to an existing file, or RUNNER_TEMP to a directory.`;
const USER = `The image's user probably can't write the runner's files. Set 'container: options: --user root' (or 1001).`;
const FIXES = [
    [/EACCES|EPERM/, USER],
    [/EBUSY/, "Another program has it open. Exclude the runner's work directory from virus scans."],
    [/EISDIR|ENOENT/, 'An earlier step probably removed it or changed the variable.'],
];

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
async function retry_retry(work, context, limits) {
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

;// CONCATENATED MODULE: ./build/src/box/sign-in.js



const SIGN_IN_ATTEMPT = 65;
function signIn(api, { email, password, totpSecret, timeout }, context, onKeyLost) {
    const codes = totpSecret === undefined ? undefined : new TotpCodes(totpSecret, context.clock);
    const work = (attempt) => api.login({ email, password, totp: codes?.takeNext() }, attempt);
    return retry_retry(work, context, {
        seconds: timeout,
        attemptSeconds: SIGN_IN_ATTEMPT,
        onKeyLost,
        waitAfter: (error) => codes?.recordRejection(error),
    }).catch((error) => {
        throw asBoxError(error, KEY_LOST);
    });
}

;// CONCATENATED MODULE: ./build/src/box/sign-out.js


const SIGN_OUT = 30;
const VERIFICATION = 10;
const LIMITS = { connectSeconds: 9, repeatable: true };
async function revoke(api, session, context, seconds = SIGN_OUT) {
    const work = (attempt) => api.logout(session, attempt);
    await retry_retry(work, context, { ...LIMITS, seconds }).catch((error) => {
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
    throw failure ?? new BoxError('Key still valid', 'The box still accepts the key after sign-out');
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
    const code = codeOf(cause);
    if (CLIENT_CERT.test(code))
        return diagnose(cause, host);
    if (code.startsWith('HPE_'))
        return diagnose(cause, host)?.with({ responseLost: true });
    if (!/^(ERR_SSL|EPROTO|ERR_SOCKET_CLOSED|ERR_STREAM_PREM)/.test(code) && wordsFor(code) === undefined)
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

;// CONCATENATED MODULE: ./build/src/login.js










async function login(uncaught) {
    saveEmptyState();
    requireWritableOutput();
    const inputs = maskAndReadInputs();
    const ca_file = writeCaFile(inputs.ca);
    const context = { cancellation: listenForCancellation(), clock: systemClock, log: log };
    const { email, url, ca, totpSecret } = inputs;
    log.debug(`${url}; own CA: ${ca !== undefined}; two-factor: ${totpSecret !== undefined}`);
    const api = new UserApi({ url, userAgent: USER_AGENT, ca, log: log });
    const { apiKey, privileges } = await signIn(api, inputs, context, () => runner_files_saveState({ lost: 'true' }));
    maskKey(email, apiKey);
    const session = { email, apiKey };
    await saveOrRevoke(api, session, inputs, context);
    if (context.cancellation.requested.aborted)
        await revokeAndThrow(api, session, context);
    const { host } = new URL(url);
    if (privileges === undefined)
        throw new errors_BoxError('Not a Mail-in-a-Box API', `${host} returned invalid 'privileges'`);
    requirePrivilege(privileges, inputs);
    setOutputs({ api_key: apiKey, email, privileges, url, host, ca_file });
    logResult(privileges, inputs);
    await flush();
    if (uncaught.length > 0)
        throw uncaught[0];
    if (!inputs.logout)
        runner_files_saveState({ keep_key: 'true' });
}
async function saveOrRevoke(api, session, { url, ca, verifyLogout }, context) {
    const { email, apiKey: api_key } = session;
    try {
        runner_files_saveState({ url, email, ca: ca ?? '', verify_logout: verifyLogout ? 'true' : '', api_key });
    }
    catch (error) {
        await revoke(api, session, context).catch((failure) => annotate('warning', failure));
        throw error;
    }
}
async function revokeAndThrow(api, session, context) {
    const { requested, last } = context.cancellation;
    let fate = `The key couldn't be revoked here. The post-step revokes it, if that still runs. Otherwise, the key expires two days after its last use.`;
    try {
        await revoke(api, session, { ...context, cancellation: { requested, final: last, last } });
        fate = 'The key was revoked.';
        runner_files_saveState({ revoked: 'true' });
    }
    catch { }
    throw cancelled(fate, requested.reason);
}
function requirePrivilege(privileges, { email, privilege }) {
    if (privilege === undefined || privileges.includes(privilege))
        return;
    const isNot = privilege === 'admin' ? "isn't an administrator" : `doesn't have '${privilege}'`;
    throw new errors_BoxError('Missing privilege', `${email} ${isNot}, which 'require-privilege' requires`);
}
function logResult(privileges, { url, email, logout }) {
    const signedIn = `Signed in to ${url} as ${email} (${privileges.join(', ') || 'no privileges'}).`;
    const useless = " The admin API will reject this key: the account isn't an administrator.";
    const fate = logout ? 'The key is revoked when the job ends.' : 'The key stays valid after the job (logout: false).';
    log.info(`${signedIn}${privileges.includes('admin') ? '' : useless} ${fate}`);
}

;// CONCATENATED MODULE: ./build/src/main.js



void runStepAndExit(login);

module.exports = __webpack_exports__;
/******/ })()
;