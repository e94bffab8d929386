/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 770:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

module.exports = __nccwpck_require__(218);


/***/ }),

/***/ 218:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

"use strict";
var __webpack_unused_export__;


var net = __nccwpck_require__(278);
var tls = __nccwpck_require__(756);
var http = __nccwpck_require__(611);
var https = __nccwpck_require__(692);
var events = __nccwpck_require__(434);
var assert = __nccwpck_require__(67);
var util = __nccwpck_require__(23);


exports.httpOverHttp = httpOverHttp;
exports.httpsOverHttp = httpsOverHttp;
exports.httpOverHttps = httpOverHttps;
exports.httpsOverHttps = httpsOverHttps;


function httpOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  return agent;
}

function httpsOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}

function httpOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  return agent;
}

function httpsOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}


function TunnelingAgent(options) {
  var self = this;
  self.options = options || {};
  self.proxyOptions = self.options.proxy || {};
  self.maxSockets = self.options.maxSockets || http.Agent.defaultMaxSockets;
  self.requests = [];
  self.sockets = [];

  self.on('free', function onFree(socket, host, port, localAddress) {
    var options = toOptions(host, port, localAddress);
    for (var i = 0, len = self.requests.length; i < len; ++i) {
      var pending = self.requests[i];
      if (pending.host === options.host && pending.port === options.port) {
        // Detect the request to connect same origin server,
        // reuse the connection.
        self.requests.splice(i, 1);
        pending.request.onSocket(socket);
        return;
      }
    }
    socket.destroy();
    self.removeSocket(socket);
  });
}
util.inherits(TunnelingAgent, events.EventEmitter);

TunnelingAgent.prototype.addRequest = function addRequest(req, host, port, localAddress) {
  var self = this;
  var options = mergeOptions({request: req}, self.options, toOptions(host, port, localAddress));

  if (self.sockets.length >= this.maxSockets) {
    // We are over limit so we'll add it to the queue.
    self.requests.push(options);
    return;
  }

  // If we are under maxSockets create a new one.
  self.createSocket(options, function(socket) {
    socket.on('free', onFree);
    socket.on('close', onCloseOrRemove);
    socket.on('agentRemove', onCloseOrRemove);
    req.onSocket(socket);

    function onFree() {
      self.emit('free', socket, options);
    }

    function onCloseOrRemove(err) {
      self.removeSocket(socket);
      socket.removeListener('free', onFree);
      socket.removeListener('close', onCloseOrRemove);
      socket.removeListener('agentRemove', onCloseOrRemove);
    }
  });
};

TunnelingAgent.prototype.createSocket = function createSocket(options, cb) {
  var self = this;
  var placeholder = {};
  self.sockets.push(placeholder);

  var connectOptions = mergeOptions({}, self.proxyOptions, {
    method: 'CONNECT',
    path: options.host + ':' + options.port,
    agent: false,
    headers: {
      host: options.host + ':' + options.port
    }
  });
  if (options.localAddress) {
    connectOptions.localAddress = options.localAddress;
  }
  if (connectOptions.proxyAuth) {
    connectOptions.headers = connectOptions.headers || {};
    connectOptions.headers['Proxy-Authorization'] = 'Basic ' +
        new Buffer(connectOptions.proxyAuth).toString('base64');
  }

  debug('making CONNECT request');
  var connectReq = self.request(connectOptions);
  connectReq.useChunkedEncodingByDefault = false; // for v0.6
  connectReq.once('response', onResponse); // for v0.6
  connectReq.once('upgrade', onUpgrade);   // for v0.6
  connectReq.once('connect', onConnect);   // for v0.7 or later
  connectReq.once('error', onError);
  connectReq.end();

  function onResponse(res) {
    // Very hacky. This is necessary to avoid http-parser leaks.
    res.upgrade = true;
  }

  function onUpgrade(res, socket, head) {
    // Hacky.
    process.nextTick(function() {
      onConnect(res, socket, head);
    });
  }

  function onConnect(res, socket, head) {
    connectReq.removeAllListeners();
    socket.removeAllListeners();

    if (res.statusCode !== 200) {
      debug('tunneling socket could not be established, statusCode=%d',
        res.statusCode);
      socket.destroy();
      var error = new Error('tunneling socket could not be established, ' +
        'statusCode=' + res.statusCode);
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    if (head.length > 0) {
      debug('got illegal response body from proxy');
      socket.destroy();
      var error = new Error('got illegal response body from proxy');
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    debug('tunneling connection has established');
    self.sockets[self.sockets.indexOf(placeholder)] = socket;
    return cb(socket);
  }

  function onError(cause) {
    connectReq.removeAllListeners();

    debug('tunneling socket could not be established, cause=%s\n',
          cause.message, cause.stack);
    var error = new Error('tunneling socket could not be established, ' +
                          'cause=' + cause.message);
    error.code = 'ECONNRESET';
    options.request.emit('error', error);
    self.removeSocket(placeholder);
  }
};

TunnelingAgent.prototype.removeSocket = function removeSocket(socket) {
  var pos = this.sockets.indexOf(socket)
  if (pos === -1) {
    return;
  }
  this.sockets.splice(pos, 1);

  var pending = this.requests.shift();
  if (pending) {
    // If we have pending requests and a socket gets closed a new one
    // needs to be created to take over in the pool for the one that closed.
    this.createSocket(pending, function(socket) {
      pending.request.onSocket(socket);
    });
  }
};

function createSecureSocket(options, cb) {
  var self = this;
  TunnelingAgent.prototype.createSocket.call(self, options, function(socket) {
    var hostHeader = options.request.getHeader('host');
    var tlsOptions = mergeOptions({}, self.options, {
      socket: socket,
      servername: hostHeader ? hostHeader.replace(/:.*$/, '') : options.host
    });

    // 0 is dummy port for v0.6
    var secureSocket = tls.connect(0, tlsOptions);
    self.sockets[self.sockets.indexOf(socket)] = secureSocket;
    cb(secureSocket);
  });
}


function toOptions(host, port, localAddress) {
  if (typeof host === 'string') { // since v0.10
    return {
      host: host,
      port: port,
      localAddress: localAddress
    };
  }
  return host; // for v0.11 or later
}

function mergeOptions(target) {
  for (var i = 1, len = arguments.length; i < len; ++i) {
    var overrides = arguments[i];
    if (typeof overrides === 'object') {
      var keys = Object.keys(overrides);
      for (var j = 0, keyLen = keys.length; j < keyLen; ++j) {
        var k = keys[j];
        if (overrides[k] !== undefined) {
          target[k] = overrides[k];
        }
      }
    }
  }
  return target;
}


var debug;
if (process.env.NODE_DEBUG && /\btunnel\b/.test(process.env.NODE_DEBUG)) {
  debug = function() {
    var args = Array.prototype.slice.call(arguments);
    if (typeof args[0] === 'string') {
      args[0] = 'TUNNEL: ' + args[0];
    } else {
      args.unshift('TUNNEL:');
    }
    console.error.apply(console, args);
  }
} else {
  debug = function() {};
}
__webpack_unused_export__ = debug; // for test


/***/ }),

/***/ 434:
/***/ ((module) => {

"use strict";
module.exports = require("events");

/***/ }),

/***/ 611:
/***/ ((module) => {

"use strict";
module.exports = require("http");

/***/ }),

/***/ 692:
/***/ ((module) => {

"use strict";
module.exports = require("https");

/***/ }),

/***/ 278:
/***/ ((module) => {

"use strict";
module.exports = require("net");

/***/ }),

/***/ 67:
/***/ ((module) => {

"use strict";
module.exports = require("node:http");

/***/ }),

/***/ 756:
/***/ ((module) => {

"use strict";
module.exports = require("tls");

/***/ }),

/***/ 23:
/***/ ((module) => {

"use strict";
module.exports = require("util");

/***/ }),

/***/ 49:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

"use strict";
/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ hasSession),
/* harmony export */   f: () => (/* binding */ SESSION)
/* harmony export */ });
/** The name under which the step leaves its session to the post-step. */
const SESSION = 'session';
/** Whether there is something to do for the post-step, found out without loading anything. */
function hasSession() {
    return (process.env[`STATE_${SESSION}`] ?? '') !== '';
}


/***/ }),

/***/ 479:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

"use strict";
// ESM COMPAT FLAG
__nccwpck_require__.r(__webpack_exports__);

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  run: () => (/* binding */ run)
});

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = require("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
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
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
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
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = require("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = require("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




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
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${os.EOL}${convertedValue}${os.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = require("path");
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __nccwpck_require__(67);
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






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
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
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
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
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
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
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(os.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    core_error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function core_error(message, properties = {}) {
    command_issueCommand('error', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function core_info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
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
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function core_saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return __awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
;// CONCATENATED MODULE: ./build/src/box/errors.js
/**
 * Everything that this client throws on purpose. Each error tells a person what happened and why it probably
 * did (`message`) and what to do (`remedy`), under a `title` of a few words. Whoever builds one passes foreign
 * text through `quote` first.
 */
class ExplainedError extends Error {
    remedy;
    /** Whether the box may have granted a key in an answer that did not arrive, or could not be read. */
    answerLost;
    constructor(message, remedy, answerLost = false) {
        super(message);
        this.remedy = remedy;
        this.answerLost = answerLost;
    }
}
/** A value that cannot be right. The message goes on from the value's name: `has a colon`. */
class errors_InvalidValueError extends (/* unused pure expression or super */ null && (Error)) {
}
// What passes by itself, perhaps
/** A failure that another attempt may overcome. */
class TransientError extends ExplainedError {
    /** Seconds that the box asked to wait for. */
    retryAfter;
    constructor(message, remedy, { answerLost, retryAfter }) {
        super(message, remedy, answerLost);
        this.retryAfter = retryAfter;
    }
}
class ConnectionError extends TransientError {
    title = 'Box not reached';
    constructor(host, why, answerLost) {
        super(`Cannot get an answer from ${host}: ${why}.`, 'Check that the box is up and reachable from this runner, and not banning its address after failed logins ' +
            '(fail2ban), then run the job again.', { answerLost });
    }
}
class ProxyError extends TransientError {
    title = 'Proxy failed';
    constructor(proxy, host, why) {
        super(`The proxy ${proxy} did not connect to ${host}: ${why}.`, "Check the variables 'https_proxy' and 'no_proxy' of this runner, the proxy itself, and that it lets this host through.", { answerLost: false });
    }
}
class BusyError extends TransientError {
    title = 'Box busy';
    constructor(host, status, retryAfter) {
        super(`${host} is busy or restarting: it answered with HTTP ${status}. The box works on one request at a time, and a ` +
            'status check or update can take minutes.', "Run the job again in some minutes, or give it more time with 'timeout'.", 
        // nginx gave up with 504, but the login still stands in the daemon's queue.
        { answerLost: status === 504, retryAfter });
    }
}
/** The last of several failed attempts, with all of them counted. */
class GaveUpError extends ExplainedError {
    title;
    constructor(last, attempts, seconds, why) {
        const times = attempts === 1 ? 'Tried once' : `Tried ${attempts} times in ${Math.round(seconds)} s`;
        super(`${last.message} ${times}; ${why}.`, last.remedy, last.answerLost);
        this.title = last.title;
    }
}
class StoppedError extends ExplainedError {
    title = 'Cancelled';
    constructor() {
        super('Cancelled before the box had given its answer, or before the answer was used.', 'Nothing is wrong; run it again when you want its result.');
    }
}
// What does not pass by itself
class HostUnknownError extends ExplainedError {
    title = 'Host unknown';
    constructor(host) {
        super(`There is no address for ${host}: its name is not in the DNS that this runner asks.`, "Check the input 'host' (its default is box. and the domain of the email) and the DNS of the box.");
    }
}
class ProxyRefusedError extends ExplainedError {
    title = 'Proxy refused';
    constructor(proxy, host, why) {
        super(`The proxy ${proxy} did not connect to ${host}: ${why}.`, why.includes('407')
            ? "Check the user and password in the variable 'https_proxy' of this runner."
            : "Check the variables 'https_proxy' and 'no_proxy' of this runner, and that the proxy lets this host through.");
    }
}
class ProxySettingError extends ExplainedError {
    title = 'Proxy setting not understood';
    constructor(variable) {
        super(`The variable '${variable}' of this runner is not the URL of a proxy.`, 'Set it to http://host:port or https://host:port, with user:password@ before the host where needed, or unset it.');
    }
}
class CertificateError extends ExplainedError {
    title = 'Certificate not trusted';
    constructor(host, why, remedy) {
        super(`Cannot verify the certificate of ${host}: ${why}. No credentials were sent.`, remedy);
    }
}
class TlsError extends ExplainedError {
    title = 'No secure connection';
    constructor(host, why) {
        super(`Cannot make a secure connection to ${host}: ${why}. No credentials were sent.`, "Check the host and port in the input 'host'; the box serves its API over HTTPS, with TLS 1.2 or newer, on port 443.");
    }
}
class RedirectError extends ExplainedError {
    title = 'Redirected';
    constructor(host, status, target) {
        super(`${host} answered with HTTP ${status}, a redirect to ${target}. Credentials go to one place only, so it was not followed.`, "If the box has moved there, give its new address as the input 'host'.");
    }
}
class errors_StatusError extends ExplainedError {
    title = 'Not the API of a box';
    constructor(url, status) {
        super(`${url} answered with HTTP ${status}, and a box does not do that to this request.`, status >= 500
            ? 'Look into the log of the box (System > System status, /var/log/syslog).'
            : "Check the path in the input 'host'; the API of a box is at https://HOST/admin.", 
        // The daemon may have failed after it had done its work.
        status >= 500);
    }
}
class errors_AnswerError extends ExplainedError {
    title = 'Answer not understood';
    /** @param came what came in place of what the API publishes, as the end of a sentence */
    constructor(url, came) {
        super(`${url} answered, but not as a Mail-in-a-Box does: ${came}.`, "Check that the input 'host' names the box itself, and no other server in front of it.", true);
    }
}
// What the box decided
class PasswordRefusedError extends ExplainedError {
    title = 'Password refused';
    constructor(email, host) {
        super(`${host} refused the email and password of ${email}: one of them is wrong, or there is no such account.`, "Check the inputs 'email' (case matters) and 'password' by signing in to the control panel with them. " +
            'This was not tried again: the box bans addresses after 20 failed logins.');
    }
}
class TotpMissingError extends ExplainedError {
    title = 'Two-factor code missing';
    constructor(email, host) {
        super(`${host} wants a two-factor code for ${email}: the account has two-factor authentication.`, "Give the secret of its set-up as the input 'totp-secret', or use an account of its own for CI.");
    }
}
class TotpRefusedError extends ExplainedError {
    title = 'Two-factor code refused';
    /** Milliseconds that the clock of the box is ahead of this one, from its `Date` header. */
    boxAhead;
    constructor(host, boxAhead) {
        super(`${host} refused the two-factor code. Either the secret is not the account's, or the code was used a moment ago, ` +
            `or the clocks are apart: that of the box is ${apart(boxAhead)} this one.`, "Check the input 'totp-secret' against the account's set-up (disable and enable two-factor to get a new one), " +
            'the clocks, and that no more than six jobs at once use one secret.');
        this.boxAhead = boxAhead;
    }
}
function apart(boxAhead) {
    const seconds = Math.round(boxAhead / 1000);
    return seconds < 0 ? `${-seconds} s behind` : `${seconds} s ahead of`;
}
class LoginRefusedError extends ExplainedError {
    title = 'Login refused';
    constructor(host, reason) {
        super(`${host} refused the login: ${reason}`, "Check the inputs 'email' and 'password' by signing in to the control panel with them.");
    }
}
// What signing out can end in
/** What ends a key that could not be ended here. */
const WHAT_ENDS_A_KEY = "Changing the account's password or two-factor settings ends the key, and so does restarting the management daemon " +
    'of the box; by itself it ends two days after its last use.';
class NotEndedError extends ExplainedError {
    title = 'Key not ended';
    constructor(cause) {
        super(`Could not sign out, so the session key may still work. ${cause.message}`, WHAT_ENDS_A_KEY);
    }
}
class KeyAliveError extends ExplainedError {
    title = 'Key still works';
    constructor(host) {
        super(`${host} said that it ended the session, but the key still works.`, WHAT_ENDS_A_KEY);
    }
}
class ProofError extends ExplainedError {
    title = 'Sign-out not proven';
    constructor(cause) {
        super(`Signed out, but cannot show that the key is refused. ${cause.message}`, `${cause.remedy} ${WHAT_ENDS_A_KEY}`);
    }
}

;// CONCATENATED MODULE: ./build/src/box/secrets.js
const kept = new Set();
/** Shorter pieces of base64 stand in much that is no secret. */
const SHORTEST_PIECE = 8;
/**
 * Remembers a secret for the rest of the process, so that `withoutSecrets` takes it out of every text: as it is, line
 * by line, and in the forms in which a server or library may echo it.
 */
function keepSecret(secret) {
    for (const value of [secret, ...secret.split(/[\r\n]+/)]) {
        if (value.trim() !== '')
            kept.add(value);
    }
}
function formsOf(value) {
    const base64 = [Buffer.from(value).toString('base64'), ...piecesInBase64(value)];
    const forms = [value, ...base64];
    if (/[+/=]/.test(base64.join('')))
        forms.push(...base64.map(urlSafe));
    // Most secrets look the same in every other form.
    if (/^\w*$/.test(value))
        return forms;
    const uri = encodeURIComponent(value.toWellFormed());
    return [
        ...forms,
        uri,
        uri.replaceAll('%20', '+'),
        JSON.stringify(value).slice(1, -1),
        htmlEscaped(value, '&#39;'),
        htmlEscaped(value, '&#x27;'),
    ];
}
function urlSafe(base64) {
    return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
/** What of a value is seen in the base64 of a longer text, by its place in there: all but the ends, which mix with others. */
function piecesInBase64(value) {
    return [0, 1, 2]
        .map((before) => {
        const text = Buffer.from('x'.repeat(before) + value).toString('base64');
        return text.slice(before === 0 ? 0 : 4, -4);
    })
        .filter((piece) => piece.length >= SHORTEST_PIECE);
}
function htmlEscaped(value, apostrophe) {
    return value
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", apostrophe);
}
/** The text with `***` in place of every secret kept so far, the longest first. */
function withoutSecrets(text) {
    return [...new Set([...kept].flatMap(formsOf))]
        .sort((one, other) => other.length - one.length)
        .reduce((cleaned, form) => cleaned.replaceAll(form, '***'), text);
}

;// CONCATENATED MODULE: ./build/src/box/quote.js

/** Characters of foreign text that may reach a log. */
const MAX_LENGTH = 300;
/** Controls, directions, halves of pairs, and all that is seen as space; no literal, which V8 would check at each start. */
const UNSEEN = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\s]+';
/**
 * Foreign text as it may reach a log: on one line, without secrets, terminal sequences, control and
 * direction characters, and without the `##[` that the runner reads as a command wherever it stands;
 * 300 characters at most.
 */
function quote(text) {
    const line = withoutSecrets(text)
        .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
        .replace(new RegExp(UNSEEN, 'gu'), ' ')
        .replaceAll('##[', '## [')
        .trim();
    // Once more: what stood between the parts of a secret is gone now.
    const cleaned = [...withoutSecrets(line)];
    return cleaned.length <= MAX_LENGTH
        ? cleaned.join('')
        : `${cleaned.slice(0, MAX_LENGTH - 1).join('')}…`;
}
/** A field of foreign JSON as it may reach a log: a string quoted, of all else only what it is. */
function quote_describe(value) {
    if (typeof value === 'string')
        return quote(JSON.stringify(value));
    if (value === undefined)
        return 'missing';
    if (value === null)
        return 'null';
    return Array.isArray(value) ? 'an array' : `of the type ${typeof value}`;
}

;// CONCATENATED MODULE: ./build/package.json
const package_namespaceObject = /*#__PURE__*/JSON.parse('{"UU":"mailinabox-login","rE":"1.0.0","TB":"https://github.com/OWNER/mailinabox-login"}');
;// CONCATENATED MODULE: ./build/src/version.js

/** What the action calls itself towards the box. */
const USER_AGENT = `${package_namespaceObject.UU}/${package_namespaceObject.rE}`;
/** The documents of this version, wherever the action was fetched from. */
const DOCUMENTS = `${package_namespaceObject.TB}/blob/v${package_namespaceObject.rE}/docs`;

;// CONCATENATED MODULE: ./build/src/action/errors.js

class InputError extends ExplainedError {
    title = 'Wrong input';
    /** @param problems all of them, so that one run shows what to mend */
    constructor(problems) {
        super(problems.map(({ input, fault }) => `Input '${input}' ${fault}.`).join('\n'), `${problems.some(({ fault }) => fault === EMPTY) ? SECRETS_MISSING : ''}Correct the 'with:' of this step; the README of the action says what each input takes.`);
    }
}
/** The fault of a required input that is not given. */
const EMPTY = 'is empty';
const SECRETS_MISSING = 'A secret that does not exist gives an empty text, and so does every secret in a run from a fork or by Dependabot ' +
    '(which has secrets of its own). ';
class errors_CommandFileError extends ExplainedError {
    title = 'Runner file not usable';
    constructor(variable, path, why) {
        super(path === undefined || path === ''
            ? `The variable ${variable} is not set, so the session key could not be handed on safely.`
            : `Cannot write to ${path}, the file of ${variable}: ${why}.`, 'Check the disk and the work folder of the runner. Outside of a runner, set the variable to the path of an empty file.');
    }
}
class PrivilegeError extends ExplainedError {
    title = 'Privilege missing';
    constructor(email, required, privileges) {
        const has = privileges.length === 0 ? 'none' : `only ${privileges.join(', ')}`;
        super(`${email} does not have the privilege '${required}' that 'require-privilege' asks for; it has ${has}.`, 'Use another account, or make this one an administrator (Mail & Users > Users).');
    }
}
class SessionError extends ExplainedError {
    title = 'Saved session not readable';
    constructor() {
        super('Cannot read the session that the step saved for its post-step, so the session key may still work.', `Check that nothing in the workflow sets variables that begin with STATE_. ${WHAT_ENDS_A_KEY}`);
    }
}
/** What nobody foresaw: a fault of the action itself. */
class UnforeseenError extends ExplainedError {
    title = 'Unexpected error';
    constructor(what) {
        super(`Something went wrong that this action does not know: ${what}.`, 'Run the job again with debug logging (secret or variable ACTIONS_STEP_DEBUG set to true) and report what it shows.');
    }
}

;// CONCATENATED MODULE: ./build/src/action/report.js






/** The log of the step; `debug` shows with debug logging only. */
const log = {
    info: (line) => core_info(withoutSecrets(line)),
    // Always said: the runner shows it or not, and that of act does not tell which. Foreign text in it is quoted.
    debug: debug,
};
/** Says a line of inputs and checked names alone. */
const announce = (/* unused pure expression or super */ null && (info));
/** What was thrown where nobody could catch it: in a timer, a signal handler, or by the output. */
let stray;
/**
 * Runs a step to its end: an error becomes one annotation and the exit code 1. The code is set, and not
 * exited with, so that no output is cut off. The work goes on after a stray error, so that a key on its way is saved.
 */
async function runStep(step) {
    // Until the step is done: where nothing is left to wait for, Node exits in the middle of it.
    process.exitCode = ExitCode.Failure;
    process.on('uncaughtException', (error) => {
        stray ??= error;
    });
    try {
        await step();
        throwStray();
        process.exitCode = ExitCode.Success;
    }
    catch (error) {
        annotate(core_error, error);
    }
}
/** Throws the first stray error, if there was one. */
function throwStray() {
    if (stray === undefined)
        return;
    const error = stray;
    stray = undefined;
    throw error;
}
/** Reports an error that does not make the step fail. */
function warn(error) {
    annotate(warning, error);
}
function annotate(issue, error) {
    const { title, message, remedy } = explained(error);
    issue(withoutSecrets(`${message} ${remedy} More: ${sectionOn(title)}`), { title });
}
/** Where the documents explain an error. */
function sectionOn(title) {
    return `${DOCUMENTS}/troubleshooting.md#${title.toLowerCase().replaceAll(' ', '-')}`;
}
function explained(error) {
    if (error instanceof ExplainedError)
        return error;
    if (isDebug() && error instanceof Error) {
        for (const line of (error.stack ?? '').split('\n'))
            debug(quote(line));
    }
    return new UnforeseenError(quote(error instanceof Error ? error.message : String(error)));
}

;// CONCATENATED MODULE: ./build/src/action/cancel.js

/** Milliseconds after the first signal at which work under way ends: the runner kills a step after 10,000. */
const GRACE_MS = 9_000;
/**
 * Turns the signals by which the runner cancels a step, SIGINT and later SIGTERM, into a wish to stop. Without
 * this Node dies at the first one, and a key that was on its way would be lost. Later signals change nothing.
 */
function stopOnSignals() {
    const requested = new AbortController();
    const final = new AbortController();
    const stop = () => {
        if (requested.signal.aborted)
            return;
        requested.abort();
        setTimeout(() => final.abort(), GRACE_MS).unref();
        log.info('Cancelled. An answer that is under way is waited for, 9 s at the most.');
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    return { requested: requested.signal, final: final.signal };
}

;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = require("node:url");
;// CONCATENATED MODULE: ./build/src/box/credentials.js


/** The credentials in the form of an `Authorization: Basic` header, without the word before it. */
function basicCredentials({ email, secret }) {
    return Buffer.from(`${email}:${secret}`).toString('base64');
}
/**
 * An email address as the box stores it: a domain with other letters than ASCII's in its IDNA form, all
 * else as typed, since the box compares letter by letter.
 *
 * @throws InvalidValueError for what no account of a box can be
 */
function checkEmail(email) {
    const at = email.lastIndexOf('@');
    const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
    if (at < 1 || domain === '')
        throw new InvalidValueError('is not an email address: name@domain');
    if (/[\s\u0000-\u001f\u007f-\u009f]/.test(email))
        throw new InvalidValueError('has a space or control character inside');
    if (email.includes(':')) {
        throw new InvalidValueError('has a colon, which ends the user name in Basic credentials');
    }
    if (!isAscii(local)) {
        throw new InvalidValueError("has characters outside of ASCII before the '@', which the box cannot read");
    }
    if (isAscii(domain))
        return email;
    const ascii = domainToASCII(domain);
    if (ascii === '')
        throw new InvalidValueError('has a domain that is none');
    return `${local}@${ascii}`;
}
/**
 * A password as the box can read it.
 *
 * @throws InvalidValueError for one with other characters than ASCII's: the box decodes Basic credentials as
 * ASCII only and would answer with a Python error
 */
function checkPassword(password) {
    if (!isAscii(password)) {
        throw new InvalidValueError('has characters outside of ASCII, which the box cannot read over its API. Give the account another password');
    }
    return password;
}
function isAscii(text) {
    return /^[\u0000-\u007f]*$/.test(text);
}

;// CONCATENATED MODULE: ./build/src/action/mask.js



const masked = new Set();
/** Has the runner hide a value in every later line of the job's log, and this process in every foreign text. */
function mask(secret) {
    // The runner warns about a mask for nothing.
    if (secret.trim() === '' || masked.has(secret))
        return;
    setSecret(secret);
    masked.add(secret);
    keepSecret(secret);
}
/** Masks a password or session key, also in the form in which Basic authentication sends it. */
function maskCredentials(credentials) {
    mask(credentials.secret);
    mask(basicCredentials(credentials));
}
/** Masks a session key, for every account that it may belong to. */
function maskKey(api_key, accounts) {
    for (const email of accounts)
        maskCredentials({ email, secret: api_key });
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = require("node:fs");
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = require("node:os");
;// CONCATENATED MODULE: ./build/src/action/command-files.js



/**
 * Makes sure that the files by which the runner takes state and outputs are there and take something: without
 * them, `@actions/core` would write the key to the log. A line is written, which a full disk does not take, and taken
 * away again: act, and with it the runners of Gitea and Forgejo, read nothing of a file with an empty line.
 *
 * @throws CommandFileError
 */
function requireCommandFiles() {
    for (const variable of ['GITHUB_STATE', 'GITHUB_OUTPUT']) {
        command_files_inFile(variable, (path) => {
            // Not made here: the runner reads only the file that it made.
            const { size } = statSync(path);
            appendFileSync(path, EOL);
            truncateSync(path, size);
        });
    }
}
/**
 * Does something with the file of a variable.
 *
 * @throws CommandFileError where there is none or it fails
 */
function command_files_inFile(variable, write) {
    const path = process.env[variable];
    if (path === undefined || path === '')
        throw new CommandFileError(variable, path, '');
    try {
        write(path);
    }
    catch (error) {
        throw new CommandFileError(variable, path, reason(error));
    }
}
function reason(error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return REASONS[code] ?? (code === '' ? 'it is not there' : code);
}
const REASONS = {
    EACCES: 'it may not be written to',
    EISDIR: 'it is a folder',
    ENOENT: 'it is not there',
    ENOSPC: 'the disk is full',
    EROFS: 'the disk is read-only',
};

// EXTERNAL MODULE: ./build/src/action/state.js
var action_state = __nccwpck_require__(49);
;// CONCATENATED MODULE: ./build/src/action/session.js




/** @throws CommandFileError */
function saveSession(session) {
    save(JSON.stringify(session));
}
/**
 * Leaves nothing to do for the post-step.
 *
 * @throws CommandFileError
 */
function forgetSession() {
    save('');
}
/**
 * The session that the main step saved and that is still to be ended.
 *
 * @throws SessionError where it cannot be read; never with a part of it, since the key is in it
 */
function readSession() {
    const state = getState(action_state/* SESSION */.f);
    if (state === '')
        return undefined;
    let session;
    try {
        session = JSON.parse(state);
    }
    catch {
        throw new SessionError();
    }
    if (!isSession(session))
        throw new SessionError();
    return session;
}
/** Whether `verify-logout` was on, even where the session cannot be read. */
function proofWanted() {
    return getState(action_state/* SESSION */.f).includes('"verifyLogout":true');
}
function isSession(value) {
    const fields = Object(value);
    return (typeof fields.url === 'string' &&
        typeof fields.api_key === 'string' &&
        Array.isArray(fields.accounts) &&
        fields.accounts.every((account) => typeof account === 'string'));
}
function save(state) {
    inFile('GITHUB_STATE', () => saveState(SESSION, state));
}

;// CONCATENATED MODULE: external "node:timers"
const external_node_timers_namespaceObject = require("node:timers");
;// CONCATENATED MODULE: ./build/src/box/clock.js

const systemClock = {
    now: Date.now,
    sleep: async (ms, signal) => {
        try {
            await external_node_timers_namespaceObject.promises.setTimeout(ms, undefined, signal === undefined ? {} : { signal });
        }
        catch (error) {
            if (signal?.aborted !== true)
                throw error;
        }
    },
};

;// CONCATENATED MODULE: ./build/src/box/deadline.js

/** Seconds that one attempt may take: a little more than the 60 s after which the box's nginx answers 504. */
const ATTEMPT_SECONDS = 65;
/** Seconds after which whoever reads the log is told what it waits for. */
const SLOW_SECONDS = 2;
/** The time that one piece of work has, its retries and waits included. */
class Deadline {
    clock;
    /** Milliseconds since 1970. */
    #end;
    #stop;
    #attemptSeconds;
    /** @param seconds from now, for all of the work and for one attempt */
    constructor(seconds, stop, attemptSeconds = ATTEMPT_SECONDS, clock = systemClock) {
        this.clock = clock;
        this.#end = clock.now() + seconds * 1000;
        this.#stop = stop;
        this.#attemptSeconds = attemptSeconds;
    }
    get secondsLeft() {
        return Math.max(0, this.#end - this.clock.now()) / 1000;
    }
    /** Whether somebody wants this work to stop. */
    get stopped() {
        return this.#stop.requested.aborted;
    }
    /**
     * Does one attempt, with a signal that ends it in time: by the clock, however the answer drips.
     *
     * @param onSlow called once where it takes longer than two seconds, with those that it may still take
     */
    async attempt(work, onSlow) {
        const { final } = this.#stop;
        const end = new AbortController();
        const abort = () => end.abort();
        const seconds = Math.min(this.#attemptSeconds, this.secondsLeft);
        const done = new AbortController();
        // Keeps the process alive too, even where the work waits for what can no longer come.
        const after = async (limit, then) => {
            await this.clock.sleep(limit * 1000, done.signal);
            if (!done.signal.aborted)
                then();
        };
        void after(seconds, abort);
        void after(SLOW_SECONDS, () => onSlow(seconds - SLOW_SECONDS));
        final.addEventListener('abort', abort);
        if (final.aborted)
            abort();
        try {
            return await work(end.signal);
        }
        finally {
            done.abort();
            final.removeEventListener('abort', abort);
        }
    }
    /** Resolves after so many seconds, or at once when the work shall stop. */
    async wait(seconds) {
        await this.clock.sleep(seconds * 1000, this.#stop.requested);
    }
}

;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = require("node:net");
;// CONCATENATED MODULE: ./build/src/box/host.js


/** Where the box serves its admin API when nothing else is said. */
const ADMIN_PATH = '/admin';
/** The box that looks after an email address, by the name that its set-up proposes. */
function defaultHost(email) {
    return `box.${email.slice(email.lastIndexOf('@') + 1)}`;
}
/**
 * The base URL of the admin API, without a trailing slash, from the forms that people write:
 * `box.example.com`, `box.example.com:8443`, `https://box.example.com`, `https://box.example.com/admin`.
 * It holds no character that a shell would look at twice.
 *
 * @throws InvalidValueError for anything else
 */
function adminUrl(host) {
    if (/[\s\\\u0000-\u001f\u007f-\u009f]/.test(host)) {
        throw new InvalidValueError('has a space, a backslash or a control character inside');
    }
    if (/^https?(:\/(?!\/)|\/)/i.test(host)) {
        throw new InvalidValueError('begins with http or https, but not with https://');
    }
    const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `https://${host}`;
    const url = URL.parse(address);
    if (url === null)
        throw new InvalidValueError('is not a host name, host:port or https:// URL');
    if (url.username !== '' || url.password !== '' || address.includes('@')) {
        throw new InvalidValueError("has a user name or password inside; they go into 'email' and 'password'");
    }
    if (/[?#]/.test(address))
        throw new InvalidValueError('has a query or fragment (? or #)');
    if (url.protocol === 'http:') {
        if (!isLoopback(url.hostname)) {
            throw new InvalidValueError('begins with http://, which would send the password unprotected; use https://');
        }
    }
    else if (url.protocol !== 'https:') {
        throw new InvalidValueError('begins with something else than https://');
    }
    if (!/^[a-z0-9._-]+$/.test(url.hostname) && !isIPv6(url.hostname.slice(1, -1))) {
        throw new InvalidValueError('has a character that no host name has');
    }
    const path = url.pathname.replace(/\/+$/, '');
    if (!/^[\w/.~-]*$/.test(path)) {
        throw new InvalidValueError('has a path with characters other than letters, digits and /._~-');
    }
    return url.origin + (path === '' ? ADMIN_PATH : path);
}
/** The host and port of a URL, as people know it. */
function hostOf(url) {
    return new URL(url).host;
}
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

;// CONCATENATED MODULE: ./build/src/box/retry.js

/** Seconds: the first wait is half to all of this, and each next one twice as long, up to the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;
/** What a lost answer to a login means for its user. */
const KEY_LOST = ' If the box granted a key in an answer that was lost, nobody knows it; it lives for up to two days.';
/**
 * Does the work until it succeeds, fails for good, or the deadline would pass. Says each wait and its reason.
 *
 * @throws what the work threw last, as GaveUpError where time ran out; StoppedError when the deadline was stopped.
 * Each says so where a key may have been lost on the way.
 */
async function retry(work, { deadline, log, grantsKeys, waitAfter }) {
    const started = deadline.clock.now();
    const onSlow = (secondsLeft) => log.info(`No answer yet: the box is busy, or the way to it is slow. Waiting for up to ${inSeconds(secondsLeft)} more.`);
    let keyLost = '';
    for (let attempt = 1;; attempt++) {
        try {
            return await deadline.attempt(work, onSlow);
        }
        catch (error) {
            if (!(error instanceof ExplainedError))
                throw error;
            if (grantsKeys && error.answerLost)
                keyLost = KEY_LOST;
            const giveUp = (last) => {
                last.message += keyLost;
                return last;
            };
            const seconds = waitAfter?.(error) ?? waitAfterTransient(error, attempt);
            if (seconds === undefined)
                throw giveUp(error);
            if (deadline.stopped)
                throw giveUp(new StoppedError());
            if (seconds >= deadline.secondsLeft) {
                const spent = (deadline.clock.now() - started) / 1000;
                const why = `the next try, ${inSeconds(seconds)} from now, would be too late`;
                throw giveUp(new GaveUpError(error, attempt, spent, why));
            }
            log.info(`${error.message}${keyLost} Trying again in ${inSeconds(seconds)}.`);
            await deadline.wait(seconds);
            if (deadline.stopped)
                throw giveUp(new StoppedError());
        }
    }
}
/** Seconds; what the box asked for comes on top, so that jobs which it told the same do not come back as one. */
function waitAfterTransient(error, attempt) {
    if (!(error instanceof TransientError))
        return undefined;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
    return (error.retryAfter ?? 0) + longest * (0.5 + Math.random() / 2);
}
function inSeconds(seconds) {
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

;// CONCATENATED MODULE: ./build/src/box/sign-out.js




/** Seconds that signing out may take, retries and the proof included; the proof has the last ten to itself. */
const SIGN_OUT_SECONDS = 30;
const PROOF_SECONDS = 10;
/** Seconds for one attempt: a logout may be sent twice without harm, so that an answer that is late is not waited for. */
const sign_out_ATTEMPT_SECONDS = 9;
/** The time for signing out, and of that the time until the proof. */
function signOutDeadlines(stop) {
    return {
        whole: new Deadline(SIGN_OUT_SECONDS, stop, sign_out_ATTEMPT_SECONDS),
        untilProof: new Deadline(SIGN_OUT_SECONDS - PROOF_SECONDS, stop, sign_out_ATTEMPT_SECONDS),
    };
}
/**
 * Ends a session key. Resolves too where the key was dead already: a box does not tell the difference.
 *
 * @throws NotEndedError
 */
async function signOut(api, { accounts, api_key, deadline, log }) {
    // At once, so that none waits for the failure of another.
    const ends = await Promise.allSettled(accounts.map((email) => retry((signal) => api.logout(email, api_key, { signal }), {
        deadline,
        log,
        grantsKeys: false,
    })));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed === undefined)
        return;
    throw failed.reason instanceof ExplainedError ? new NotEndedError(failed.reason) : failed.reason;
}
/**
 * Proves that a key is refused.
 *
 * @throws KeyAliveError where it works; ProofError where neither can be shown
 */
async function proveEnded(api, { accounts, api_key, deadline, log }) {
    let works = false;
    try {
        for (const email of accounts) {
            works ||= await retry((signal) => api.keyWorks(email, api_key, { signal }), {
                deadline,
                log,
                grantsKeys: false,
            });
        }
    }
    catch (error) {
        throw error instanceof ExplainedError ? new ProofError(error) : error;
    }
    if (works)
        throw new KeyAliveError(hostOf(api.url));
}

;// CONCATENATED MODULE: external "node:stream"
const external_node_stream_namespaceObject = require("node:stream");
;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = require("node:tls");
// EXTERNAL MODULE: external "http"
var external_http_ = __nccwpck_require__(611);
var external_http_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_http_, 2);
// EXTERNAL MODULE: external "https"
var external_https_ = __nccwpck_require__(692);
var external_https_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_https_, 2);
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
    // Determine the request port
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
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
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
//# sourceMappingURL=proxy.js.map
// EXTERNAL MODULE: ./node_modules/tunnel/index.js
var tunnel = __nccwpck_require__(770);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/index.js
/* eslint-disable @typescript-eslint/no-explicit-any */
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
/**
 * Returns the proxy URL, depending upon the supplied url and proxy environment variables.
 * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
 */
function lib_getProxyUrl(serverUrl) {
    const proxyUrl = getProxyUrl(new URL(serverUrl));
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
    /**
     * Gets a typed object from an endpoint
     * Be aware that not found returns a null.  Other errors (4xx, 5xx) reject the promise
     */
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
    /**
     * Makes a raw http request.
     * All other methods such as get, post, patch, and request ultimately call this.
     * Prefer get, del, post and patch
     */
    request(verb, requestUrl, data, headers) {
        return lib_awaiter(this, void 0, void 0, function* () {
            if (this._disposed) {
                throw new Error('Client has already been disposed.');
            }
            const parsedUrl = new URL(requestUrl);
            let info = this._prepareRequest(verb, parsedUrl, headers);
            // Only perform retries on reads since writes may not be idempotent.
            const maxTries = this._allowRetries && RetryableHttpVerbs.includes(verb)
                ? this._maxRetries + 1
                : 1;
            let numTries = 0;
            let response;
            do {
                response = yield this.requestRaw(info, data);
                // Check if it's an authentication challenge
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
                        // We have received an unauthorized response but have no handlers to handle it.
                        // Let the response return to the caller.
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
                        // if there's no location to redirect to, we won't
                        break;
                    }
                    const parsedRedirectUrl = new URL(redirectUrl);
                    if (parsedUrl.protocol === 'https:' &&
                        parsedUrl.protocol !== parsedRedirectUrl.protocol &&
                        !this._allowRedirectDowngrade) {
                        throw new Error('Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.');
                    }
                    // we need to finish reading the response before reassigning response
                    // which will leak the open socket.
                    yield response.readBody();
                    // strip authorization header if redirected to a different hostname
                    if (parsedRedirectUrl.hostname !== parsedUrl.hostname) {
                        for (const header in headers) {
                            // header names are case insensitive
                            if (header.toLowerCase() === 'authorization') {
                                delete headers[header];
                            }
                        }
                    }
                    // let's make the request with the new redirectUrl
                    info = this._prepareRequest(verb, parsedRedirectUrl, headers);
                    response = yield this.requestRaw(info, data);
                    redirectsRemaining--;
                }
                if (!response.message.statusCode ||
                    !HttpResponseRetryCodes.includes(response.message.statusCode)) {
                    // If not a retry code, return immediately instead of retrying
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
    /**
     * Needs to be called if keepAlive is set to true in request options.
     */
    dispose() {
        if (this._agent) {
            this._agent.destroy();
        }
        this._disposed = true;
    }
    /**
     * Raw request.
     * @param info
     * @param data
     */
    requestRaw(info, data) {
        return lib_awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => {
                function callbackForResult(err, res) {
                    if (err) {
                        reject(err);
                    }
                    else if (!res) {
                        // If `err` is not passed, then `res` must be passed.
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
    /**
     * Raw request with callback.
     * @param info
     * @param data
     * @param onResult
     */
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
        // If we ever get disconnected, we want the socket to timeout eventually
        req.setTimeout(this._socketTimeout || 3 * 60000, () => {
            if (socket) {
                socket.end();
            }
            handleResult(new Error(`Request timeout: ${info.options.path}`));
        });
        req.on('error', function (err) {
            // err has statusCode property
            // res should have headers
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
    /**
     * Gets an http agent. This function is useful when you need an http agent that handles
     * routing through a proxy server - depending upon the url and proxy environment variables.
     * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
     */
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
        info.httpModule = usingSsl ? external_https_namespaceObject : external_http_namespaceObject;
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
        // gives handlers an opportunity to participate
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
    /**
     * Gets an existing header value or returns a default.
     * Handles converting number header values to strings since HTTP headers must be strings.
     * Note: This returns string | string[] since some headers can have multiple values.
     * For headers that must always be a single string (like Content-Type), use the
     * specialized _getExistingOrDefaultContentTypeHeader method instead.
     */
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
    /**
     * Specialized version of _getExistingOrDefaultHeader for Content-Type header.
     * Always returns a single string (not an array) since Content-Type should be a single value.
     * Converts arrays to comma-separated strings and numbers to strings to ensure type safety.
     * This was split from _getExistingOrDefaultHeader to provide stricter typing for callers
     * that assign the result to places expecting a string (e.g., additionalHeaders[Headers.ContentType]).
     */
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
        // Return the first non-undefined value, converting numbers or arrays to strings if necessary
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
        // if agent is already assigned use that agent.
        if (agent) {
            return agent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        let maxSockets = 100;
        if (this.requestOptions) {
            maxSockets = this.requestOptions.maxSockets || external_http_.globalAgent.maxSockets;
        }
        // This is `useProxy` again, but we need to check `proxyURl` directly for TypeScripts's flow analysis.
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
                tunnelAgent = overHttps ? tunnel.httpsOverHttps : tunnel.httpsOverHttp;
            }
            else {
                tunnelAgent = overHttps ? tunnel.httpOverHttps : tunnel.httpOverHttp;
            }
            agent = tunnelAgent(agentOptions);
            this._proxyAgent = agent;
        }
        // if tunneling agent isn't assigned create a new agent
        if (!agent) {
            const options = { keepAlive: this._keepAlive, maxSockets };
            agent = usingSsl ? new external_https_.Agent(options) : new external_http_.Agent(options);
            this._agent = agent;
        }
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
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
        // if agent is already assigned use that agent.
        if (proxyAgent) {
            return proxyAgent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        proxyAgent = new external_node_http_.ProxyAgent(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
            token: `Basic ${Buffer.from(`${proxyUrl.username}:${proxyUrl.password}`).toString('base64')}`
        })));
        this._proxyAgentDispatcher = proxyAgent;
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
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
            // Sanitize the orchestration ID to ensure it contains only valid characters
            // Valid characters: 0-9, a-z, _, -, .
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
                // not found leads to null obj returned
                if (statusCode === HttpCodes.NotFound) {
                    resolve(response);
                }
                // get the result from the body
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
                    // Invalid resource (contents not json);  leaving result obj null
                }
                // note that 3xx redirects are handled by the http layer.
                if (statusCode > 299) {
                    let msg;
                    // if exception/error in body, attempt to get better error
                    if (obj && obj.message) {
                        msg = obj.message;
                    }
                    else if (contents && contents.length > 0) {
                        // it may be the case that the exception is in the body message as string
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
//# sourceMappingURL=index.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/auth.js
var auth_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
class BasicCredentialHandler {
    constructor(username, password) {
        this.username = username;
        this.password = password;
    }
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class BearerCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Bearer ${this.token}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class PersonalAccessTokenCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`PAT:${this.token}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return auth_awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
//# sourceMappingURL=auth.js.map
;// CONCATENATED MODULE: ./build/src/box/failures.js



/** Says of an error of Node's network stack what it means for whoever runs the workflow. */
function explain(error, circumstances) {
    const { url, proxy, verified, aborted, ownCa } = circumstances;
    if (!(error instanceof Error) || error instanceof ExplainedError)
        return error;
    const host = hostOf(url);
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (aborted) {
        if (proxy !== undefined && !verified)
            return new ProxyError(proxy, host, 'no connection in time');
        const what = verified ? 'no whole answer came in time' : 'no connection was made in time';
        return new ConnectionError(host, what, verified);
    }
    const tunnel = /^tunneling socket could not be established, (statusCode|cause)=(.*)$/s.exec(error.message);
    if (tunnel !== null) {
        const [, kind, detail = ''] = tunnel;
        const why = kind === 'cause' ? quote(detail) : `it answered with HTTP ${detail}`;
        const Failure = PASSING_PROXY_FAULTS.test(detail) ? ProxyError : ProxyRefusedError;
        return new Failure(proxy ?? '', host, why);
    }
    if (UNKNOWN_HOST.includes(code))
        return new HostUnknownError(host);
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        const why = `it is for another name (${quote(namesIn(error))})`;
        return new CertificateError(host, why, "Give the name that it is for as the input 'host'.");
    }
    const certificate = CERTIFICATE_FAULTS[code];
    if (certificate !== undefined) {
        const [why, remedy] = certificate;
        const ofTrust = remedy === GIVE_CERTIFICATE || remedy === GIVE_AUTHORITY;
        return new CertificateError(host, why, ofTrust && ownCa ? OWN_CA_REMEDY : remedy);
    }
    if (code === 'HPE_HEADER_OVERFLOW') {
        return new errors_AnswerError(url, 'the head of its answer is longer than 16 KB');
    }
    if (code.startsWith('HPE_'))
        return new errors_AnswerError(url, 'it sent something that is not HTTP');
    if (SYSTEM_FAULT.test(code) || code in CONNECTION_FAULTS) {
        const why = `${CONNECTION_FAULTS[code] ?? 'the connection failed'} (${code})`;
        // Behind a proxy, what fails before the box has proven who it is may be the proxy's doing.
        if (proxy !== undefined && !verified)
            return new ProxyError(proxy, host, why);
        const onTheWay = 'syscall' in error && BEFORE_A_CONNECTION.includes(String(error.syscall));
        return new ConnectionError(host, why, verified && !onTheWay);
    }
    if (code === '')
        return error;
    if (verified)
        return new ConnectionError(host, `the connection was cut (${code})`, verified);
    const tls = TLS_FAULTS.find(([pattern]) => pattern.test(error.message));
    return new TlsError(host, tls?.[1] ?? quote(error.message));
}
/** The codes of the operating system and of its resolver; `EPROTO` is what Node makes of an error of OpenSSL. */
const SYSTEM_FAULT = /^(?!EPROTO$)E(AI_)?[A-Z\d]+$/;
const BEFORE_A_CONNECTION = ['connect', 'getaddrinfo'];
/** The names in a certificate that is for another one. */
function namesIn(error) {
    const { cert } = error;
    return cert?.subjectaltname ?? `CN:${cert?.subject?.CN ?? ''}`;
}
/** What passes by itself, of all that comes from a proxy: a status, or an error of the connection to it. */
const PASSING_PROXY_FAULTS = /^(429|502|503|504)$|ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|EAI_AGAIN|socket hang up/;
/** What the DNS says for good; `EAI_AGAIN` passes. */
const UNKNOWN_HOST = ['ENOTFOUND', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'];
const GIVE_CERTIFICATE = "Give it to the action as 'ca-certificate', or let the box get one from Let's Encrypt (System > TLS certificates).";
const OWN_CA_REMEDY = "Check that 'ca-certificate' is the certificate that the box serves now, or that of the authority that issued it.";
const GIVE_AUTHORITY = "If that is right, give the certificate of the authority to the action as 'ca-certificate'.";
const UNKNOWN_AUTHORITY = [
    'it is from an authority that this runner does not know',
    GIVE_AUTHORITY,
];
/** By the codes of OpenSSL's X.509 verification, as Node gives them. */
const CERTIFICATE_FAULTS = {
    DEPTH_ZERO_SELF_SIGNED_CERT: ['it is self-signed', GIVE_CERTIFICATE],
    SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
    UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
    CERT_HAS_EXPIRED: [
        'it has expired',
        'Renew it on the box (System > TLS certificates), and check the clock of this runner.',
    ],
    CERT_NOT_YET_VALID: ['it is not valid yet', 'Check the clocks of the box and of this runner.'],
    CERT_REVOKED: ['it was revoked', 'Get a new one on the box (System > TLS certificates).'],
    CERT_SIGNATURE_FAILURE: ['its signature is wrong', GIVE_CERTIFICATE],
    INVALID_CA: ['the certificate of its authority may not issue any', GIVE_CERTIFICATE],
    INVALID_PURPOSE: [
        'it is not for a server',
        'Get a new one on the box (System > TLS certificates).',
    ],
};
/** By the words of OpenSSL. */
const TLS_FAULTS = [
    [
        /wrong.version.number|packet.length.too.long|http.request/i,
        'what answers there does not speak TLS',
    ],
    [/unsupported.protocol|protocol.version/i, 'it offers only versions of TLS older than 1.2'],
];
const CONNECTION_FAULTS = {
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection was cut',
    ECONNABORTED: 'the connection was cut',
    EPIPE: 'the connection was cut',
    ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
    ETIMEDOUT: 'the connection timed out',
    EHOSTUNREACH: 'there is no way to its address',
    ENETUNREACH: 'there is no way to its address',
    EAI_AGAIN: 'the DNS did not answer',
};

;// CONCATENATED MODULE: ./build/src/box/proxy.js





/**
 * The proxy that the environment names for a URL, as host and port, or nothing where there is none.
 * `@actions/http-client` finds it by itself; here it is only named and checked, since the library goes without
 * a proxy where the variable cannot be read.
 *
 * @throws ProxySettingError where the variable is no http:// or https:// URL; never with the variable, which
 * may hold a password
 */
function proxyFor(url) {
    const variable = url.startsWith('https:') ? 'https_proxy' : 'http_proxy';
    const setting = process.env[variable] || process.env[variable.toUpperCase()];
    if (!setting || checkBypass(new URL(url)))
        return undefined;
    let proxy;
    try {
        proxy = new URL(lib_getProxyUrl(url));
    }
    catch {
        throw new ProxySettingError(variable);
    }
    if (!/^https?:$/.test(proxy.protocol))
        throw new ProxySettingError(variable);
    keepCredentials(proxy);
    // `tunnel`, unchanged since 2018, uses what Node deprecates, and Node would say so in the log.
    process.noDeprecation = true;
    return hostOf(proxy.href);
}
/** A name without a password is a token. */
function keepCredentials({ username, password }) {
    const user = decodeURIComponent(username);
    keepSecret(password);
    keepSecret(decodeURIComponent(password));
    keepSecret(password === '' ? user : `${user}:${decodeURIComponent(password)}`);
}

;// CONCATENATED MODULE: ./build/src/box/transport.js










/** Bytes of an answer that are read; a MeResponse has some 200. */
const MAX_BYTES = 1_000_000;
/**
 * For glibc's resolver, where nothing else is set: a name look-up that is under way cannot be ended, and Node does not
 * exit before it. By itself glibc asks each name server twice, for 5 s.
 */
const RES_OPTIONS = 'timeout:2 attempts:1';
/** Whatever the environment says. */
const TLS = { minVersion: 'TLSv1.2', rejectUnauthorized: true };
/**
 * Sends one request, once: no retry, no redirect followed, no connection used twice. The certificate and name of
 * the box are verified before a credential leaves, TLS 1.2 at least, whatever the environment says.
 *
 * @throws ConnectionError, ProxyError, ProxySettingError, HostUnknownError, CertificateError, TlsError, AnswerError
 */
async function send(request) {
    const { method, url, userAgent, credentials, headers, signal } = request;
    keepSecret(credentials.secret);
    keepSecret(basicCredentials(credentials));
    process.env['RES_OPTIONS'] ??= RES_OPTIONS;
    const wire = new Wire(request);
    try {
        wire.proxy = proxyFor(url);
        const client = new HttpClient(userAgent, [new BasicCredentialHandler(credentials.email, credentials.secret), wire], 
        // Kept alive, since the process need not wait for the end of such a connection.
        { allowRedirects: false, allowRetries: false, keepAlive: true });
        const { message } = await unlessAborted(client.request(method, url, null, headers), signal);
        const { statusCode: status = 0 } = message;
        const date = Date.parse(message.headers.date ?? '');
        return {
            url,
            status,
            headers: message.headers,
            body: await read(message, url),
            arrived: Date.now(),
            date: Number.isNaN(date) ? undefined : date,
        };
    }
    catch (error) {
        throw explain(error, {
            url,
            ...wire,
            aborted: signal.aborted,
            ownCa: request.ca !== undefined,
        });
    }
}
/** Sets up the connection; knows afterwards how far it came. */
class Wire {
    #request;
    proxy;
    /** Whether the box had proven who it is, so that the request may have reached it; at once without TLS. */
    verified;
    constructor(request) {
        this.#request = request;
        this.verified = request.url.startsWith('http:');
    }
    prepareRequest(options) {
        const { ca, signal, userAgent } = this.#request;
        // The library adds the id of the workflow run, which is no business of the box.
        Object.assign(options.headers ?? {}, { 'user-agent': userAgent });
        options.signal = signal;
        const { agent, host } = options;
        if (typeof agent !== 'object' || !('options' in agent))
            throw new Error('No agent to set up');
        Object.assign(agent.options ?? {}, {
            ...(ca === undefined ? {} : { ca }),
            ...TLS,
            checkServerIdentity: (...given) => {
                const refusal = (0,external_node_tls_namespaceObject.checkServerIdentity)(...given);
                this.verified = refusal === undefined;
                return refusal;
            },
        });
        if ('proxyOptions' in agent) {
            // What `tunnel` sends to the proxy goes by these: it shall not outlive the attempt, and a proxy with TLS be verified
            // by its own name, in place of that in the Host header.
            const { host: name = '' } = agent.proxyOptions;
            Object.assign(agent.proxyOptions, {
                signal,
                servername: (0,external_node_net_namespaceObject.isIP)(name) ? '' : name,
                ...TLS,
            });
        }
        else {
            // The library takes the brackets of an IPv6 address for a part of the name.
            options.host = host?.replace(/^\[(.*)\]$/, '$1');
        }
    }
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return Promise.reject(new Error('The box never asks for another kind of credentials'));
    }
}
/** Some requests never settle: after an answer of 101, Node drops the connection without a word. */
async function unlessAborted(work, signal) {
    const aborted = new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return Promise.race([work, aborted]);
}
/** The body of a good answer; those of others are not looked at. */
async function read(message, url) {
    const { statusCode: status = 0 } = message;
    if (status < 200 || status > 299) {
        message.destroy();
        return new Uint8Array();
    }
    return new Promise((resolve, reject) => {
        const chunks = [];
        let length = 0;
        message.on('data', (chunk) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > MAX_BYTES)
                message.destroy(new errors_AnswerError(url, 'it sent more than 1 MB'));
        });
        (0,external_node_stream_namespaceObject.finished)(message, (error) => (error ? reject(error) : resolve(Buffer.concat(chunks))));
    });
}
/**
 * The JSON object in an answer; a byte order mark before it is forgiven.
 *
 * @throws AnswerError that says what came instead, never with a part of it: there may be a key in it
 */
function parseJson({ url, headers, body }) {
    if (body.length === 0)
        throw new errors_AnswerError(url, 'it sent nothing');
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
        throw new errors_AnswerError(url, 'it sent compressed data, unasked');
    }
    let text;
    try {
        text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    }
    catch {
        throw new errors_AnswerError(url, 'it sent text in another encoding than UTF-8');
    }
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        throw new errors_AnswerError(url, /^\s*</.test(text) ? 'it sent an HTML page' : 'it sent text that is not JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
        throw new errors_AnswerError(url, `it sent JSON that is no object, but: ${kind}`);
    }
    return value;
}

;// CONCATENATED MODULE: ./build/src/box/logout-response.js



/** @throws AnswerError where it is no LogoutResponse */
function readLogoutResponse(answer) {
    const { status } = parseJson(answer);
    if (status === undefined)
        return {};
    if (status === 'ok')
        return { status };
    throw new errors_AnswerError(answer.url, `its 'status' is ${quote_describe(status)}`);
}

;// CONCATENATED MODULE: ./build/src/box/me-response.js




/**
 * Reads an answer and insists only on a well-formed key, so that the key can be put in safety
 * before anything else fails.
 *
 * @throws PasswordRefusedError, TotpMissingError, TotpRefusedError, LoginRefusedError as the box decided;
 * AnswerError where it is no MeResponse
 */
function readMeResponse(answer, email) {
    const me = parseJson(answer);
    const { api_key, status, reason } = me;
    if (isApiKey(api_key)) {
        const accounts = isEmail(me.email) && me.email !== email ? [email, me.email] : [email];
        return { api_key, accounts, me, answer };
    }
    if (status === 'ok') {
        throw new errors_AnswerError(answer.url, "its status is 'ok', but its 'api_key' is missing or malformed");
    }
    if (status !== 'invalid' && status !== 'missing-totp-token') {
        throw new errors_AnswerError(answer.url, `its 'status' is ${quote_describe(status)}`);
    }
    const host = hostOf(answer.url);
    if (status === 'missing-totp-token')
        throw new TotpMissingError(email, host);
    if (reason === 'invalid-totp-token')
        throw new TotpRefusedError(host, boxAhead(answer));
    if (reason === 'Incorrect email address or password.')
        throw new PasswordRefusedError(email, host);
    throw new LoginRefusedError(host, typeof reason === 'string' ? quote(reason) : 'it gave no reason.');
}
/**
 * Checks all that came beside the key.
 *
 * @throws StatusError where it came with another status than 200; AnswerError where its own is not ok, the account is
 * another one, or a privilege is no plain name
 */
function checkMe({ me, answer }, email) {
    const { url } = answer;
    const { status, email: named = email, privileges = [] } = me;
    if (answer.status !== 200)
        throw new StatusError(url, answer.status);
    if (status !== 'ok') {
        throw new AnswerError(url, `it gave a key, but its 'status' is ${describe(status)}`);
    }
    if (named !== email) {
        throw new AnswerError(url, `it gave a key for the account ${describe(named)}, not for ${email}`);
    }
    if (!isPrivileges(privileges)) {
        throw new AnswerError(url, "its 'privileges' are not a list of plain names");
    }
    return { email, privileges };
}
/** The box's own keys are 64 hex characters; the published examples are not, so any that is safe to hand on will do. */
function isApiKey(value) {
    return typeof value === 'string' && /^[\w.~+/=-]{1,1024}$/.test(value);
}
/** One that Basic credentials can carry. */
function isEmail(value) {
    return typeof value === 'string' && /^[!-9;-~]{1,320}$/.test(value);
}
function isPrivileges(value) {
    return (Array.isArray(value) &&
        value.every((name) => typeof name === 'string' && /^[a-z0-9_-]{1,64}$/.test(name)));
}
/** Milliseconds; `Date` counts whole seconds, so the middle of that second is the best guess. */
function boxAhead({ date, arrived }) {
    return date === undefined ? 0 : date + 500 - arrived;
}

;// CONCATENATED MODULE: ./build/src/box/retry-after.js
/** Longer than any timeout, so that what asks for more is not tried again. */
const LONGEST = 1_000_000_000;
/**
 * Seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3): a count of seconds or an HTTP date in one of its three
 * forms, of which asctime's does not say that it is GMT.
 *
 * @param now by the clock of who sent it, in milliseconds since 1970
 * @returns nothing where there is none or it is neither
 */
function retryAfterSeconds(header, now) {
    if (header === undefined)
        return undefined;
    if (/^\s*\d+\s*$/.test(header))
        return Math.min(LONGEST, Number(header));
    if (!/^\s*(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(header))
        return undefined;
    const date = Date.parse(header.includes('GMT') ? header : `${header} GMT`);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

;// CONCATENATED MODULE: ./build/src/box/user-api.js







const REDIRECTS = [301, 302, 303, 307, 308];
const BUSY = [429, 502, 503, 504];
/**
 * The User API of a Mail-in-a-Box, as published in `api/mailinabox.yml` of mail-in-a-box/mailinabox. Each call
 * is one request; it throws the errors of `errors.ts` and never a secret.
 */
class UserApi {
    #options;
    constructor(options) {
        this.#options = options;
    }
    get url() {
        return this.#options.url;
    }
    /**
     * `POST /login`: exchanges email and password for a session key.
     *
     * @param totp the six digits of the moment, for an account with two-factor authentication
     */
    async login(email, password, { signal, totp }) {
        const headers = totp === undefined ? {} : { 'X-Auth-Token': totp };
        const credentials = { email, secret: password };
        const answer = await this.#send('POST', '/login', credentials, { headers, signal });
        try {
            return readMeResponse(answer, email);
        }
        catch (error) {
            // Another status than 200 says more than the body; a key that comes with it is given all the same, to be ended.
            this.#expectOk(answer);
            throw error;
        }
    }
    /** `POST /logout`: ends a session key. A box answers `ok` in any case. */
    async logout(email, apiKey, { signal }) {
        const answer = await this.#send('POST', '/logout', { email, secret: apiKey }, { signal });
        return readLogoutResponse(this.#expectOk(answer));
    }
    /**
     * Whether a session key works, by the cheapest of the endpoints that need one. A key that does not counts as
     * a failed login there.
     *
     * @throws StatusError and others where the answer shows neither
     */
    async keyWorks(email, apiKey, { signal }) {
        const credentials = { email, secret: apiKey };
        const answer = await this.#send('GET', '/system/privacy', credentials, { signal });
        if (answer.status === 401) {
            const reason = answer.headers['x-reason'];
            if (reason === 'Incorrect email address or password.')
                return false;
            if (reason === 'You are not an administrator.')
                return true;
        }
        const { url, body } = this.#expectOk(answer);
        // A live key gets the box's own setting; whatever else comes with 200 is no box, and shows nothing.
        if (/^(true|false)\s*$/.test(Buffer.from(body).toString()))
            return true;
        throw new errors_AnswerError(url, 'it sent neither true nor false');
    }
    async #send(method, path, credentials, { headers = {}, signal }) {
        const { url, userAgent, ca, log } = this.#options;
        const started = process.uptime();
        const told = (outcome) => log.debug(`${method} ${url}${path}: ${outcome}, ${Math.round((process.uptime() - started) * 1000)} ms`);
        try {
            const answer = await send({
                method,
                url: url + path,
                userAgent,
                ca,
                credentials,
                headers: { Accept: 'application/json', ...headers },
                signal,
            });
            told(`HTTP ${answer.status}`);
            return answer;
        }
        catch (error) {
            told(error instanceof Error ? error.constructor.name : 'failed');
            throw error;
        }
    }
    #expectOk(answer) {
        const { url, status, headers } = answer;
        if (status === 200)
            return answer;
        const host = hostOf(url);
        if (REDIRECTS.includes(status)) {
            throw new RedirectError(host, status, quote(headers.location ?? 'nowhere'));
        }
        if (BUSY.includes(status)) {
            const now = answer.date ?? answer.arrived;
            throw new BusyError(host, status, retryAfterSeconds(headers['retry-after'], now));
        }
        throw new errors_StatusError(url, status);
    }
}

;// CONCATENATED MODULE: ./build/src/logout.js







/** Runs the post-step to its end, which is never a rejection. */
function run() {
    return runStep(logout);
}
/**
 * The post-step: ends the session that the step saved, and says nothing when all is well. It goes by what was
 * saved alone: the runner evaluates the inputs anew for it, and they may have changed. It fails the job only
 * where it was asked for proof.
 */
async function logout() {
    try {
        const session = readSession();
        if (session !== undefined)
            await end(session);
        throwStray();
    }
    catch (error) {
        if (proofWanted())
            throw error;
        warn(error);
    }
}
async function end({ url, accounts, api_key, ca, verifyLogout }) {
    maskKey(api_key, accounts);
    const api = new UserApi({ url, userAgent: USER_AGENT, ca, log: log });
    const { whole, untilProof } = signOutDeadlines(stopOnSignals());
    const options = { accounts, api_key, deadline: whole, log: log };
    if (!verifyLogout)
        return signOut(api, options);
    // A logout that failed may have ended the key all the same: the proof decides.
    const failure = await signOut(api, { ...options, deadline: untilProof }).catch((error) => error);
    try {
        await proveEnded(api, options);
    }
    catch (error) {
        throw failure ?? error;
    }
    log.info(`Signed out of ${url}; the key is refused now.`);
}


/***/ })

/******/ 	});
/************************************************************************/
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
/************************************************************************/
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
/************************************************************************/
var __webpack_exports__ = {};
// This entry need to be wrapped in an IIFE because it need to be in strict mode.
(() => {
"use strict";
__nccwpck_require__.r(__webpack_exports__);
/* harmony import */ var _action_state_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(49);

// Where there is nothing to end, nothing is loaded.
if ((0,_action_state_js__WEBPACK_IMPORTED_MODULE_0__/* .hasSession */ .N)()) {
    void Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 479)).then(({ run }) => run());
}

})();

module.exports = __webpack_exports__;
/******/ })()
;