# Sends CTRL_C (0) or CTRL_BREAK (1) to the console of a process, as GitHub's runner does to cancel a step.
param([uint32] $ProcessId, [uint32] $Type)
$ErrorActionPreference = 'Stop'
Add-Type @'
using System.Runtime.InteropServices;

public static class ConsoleEvent {
  private delegate bool Handler(uint type);
  // This process gets the event too.
  private static readonly Handler Ignore = type => true;

  [DllImport("kernel32")] private static extern bool FreeConsole();
  [DllImport("kernel32")] private static extern bool AttachConsole(uint processId);
  [DllImport("kernel32")] private static extern bool SetConsoleCtrlHandler(Handler handler, bool add);
  [DllImport("kernel32")] private static extern bool GenerateConsoleCtrlEvent(uint type, uint group);

  public static bool Send(uint processId, uint type) {
    FreeConsole();
    return AttachConsole(processId)
      && SetConsoleCtrlHandler(Ignore, true)
      && GenerateConsoleCtrlEvent(type, 0);
  }
}
'@
if (-not [ConsoleEvent]::Send($ProcessId, $Type)) { throw "Can't send the event." }
# The event comes asynchronously.
Start-Sleep -Seconds 1
