# Sends CTRL_C (0) or CTRL_BREAK (1) to the console of a process, as GitHub's runner does to cancel a step.
param([uint32] $ProcessId, [uint32] $Type)
$kernel = Add-Type -PassThru -Name Kernel -MemberDefinition @'
[DllImport("kernel32")] public static extern bool FreeConsole();
[DllImport("kernel32")] public static extern bool AttachConsole(uint processId);
[DllImport("kernel32")] public static extern bool GenerateConsoleCtrlEvent(uint type, uint group);
'@
[void] $kernel::FreeConsole()
if (-not $kernel::AttachConsole($ProcessId)) { throw "Process $ProcessId has no console." }
# This process gets the event too, and may end.
[void] $kernel::GenerateConsoleCtrlEvent($Type, 0)
