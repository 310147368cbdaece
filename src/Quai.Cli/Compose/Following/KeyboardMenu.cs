using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Watching;
using Quai.Cli.Streams;
using Quai.Linux;
using Quai.Linux.Terminals;

namespace Quai.Cli.Compose.Following;

/// <summary>Keys that do something while a project runs in the foreground, and the line that names them below what containers write: <c>w</c> begins to watch files, and ends it.</summary>
internal sealed class KeyboardMenu : IDisposable
{
    private const byte CtrlC = 3, Enter = 13;

    private readonly Output _terminal;
    private readonly LogPrinter _printer;
    private readonly Func<WatchSession> _open;
    private readonly Action _interrupt;
    private readonly byte[] _mode;
    private CancellationTokenSource? _watching;
    private string _note = "";

    /// <summary>Takes the keyboard, until it is disposed.</summary>
    /// <param name="terminal">Where the line is.</param>
    /// <param name="printer">What writes above it.</param>
    /// <param name="open">Prepares to watch.</param>
    /// <param name="interrupt">Called for ctrl-C, which is a key like any other meanwhile.</param>
    public KeyboardMenu(Output terminal, LogPrinter printer, Func<WatchSession> open, Action interrupt)
    {
        (_terminal, _printer, _open, _interrupt) = (terminal, printer, open, interrupt);
        _mode = Terminal.MakeRaw(0, keepOutput: true);
        printer.Keep(this);
        new Thread(Read) { IsBackground = true }.Start();
    }

    /// <summary>Whether files are watched.</summary>
    public bool IsWatching => _watching is not null;

    /// <summary>Begins to watch, or ends it.</summary>
    public void Toggle()
    {
        if (_watching is { } running)
        {
            running.Cancel();
            _printer.Change(() => (_watching, _note) = (null, ""));
            return;
        }

        WatchSession session;
        try
        {
            session = _open();
        }
        catch (ExitException e)
        {
            _printer.Change(() => _note = e.Message);
            return;
        }

        CancellationTokenSource watching = new();
        _printer.Change(() => (_watching, _note) = (watching, ""));
        _ = RunAsync(session, watching);
    }

    /// <summary>Draws the line; the printer's lock is held.</summary>
    public void Show() => _terminal.Draw(new Drawing().NewLine().Line($"{(_note.Length > 0 ? $"{_note}   " : "")}w {(IsWatching ? "Disable" : "Enable")} Watch").Return());

    /// <summary>Clears it; the printer's lock is held.</summary>
    public void Hide() => _terminal.Draw(new Drawing().NewLine());

    /// <inheritdoc/>
    public void Dispose()
    {
        _printer.Keep(null);
        _watching?.Cancel();
        Terminal.Restore(0, _mode);
    }

    private async Task RunAsync(WatchSession session, CancellationTokenSource watching)
    {
        using (session)
        using (watching)
        {
            try
            {
                await session.RunAsync(_printer.Say, watching.Token);
            }
            catch (OperationCanceledException) when (watching.IsCancellationRequested)
            {
                _printer.Say("Watch disabled");
            }
            catch (ExitException e)
            {
                _printer.Change(() => (_watching, _note) = (null, e.Message));
            }
        }
    }

    private void Read()
    {
        byte[] keys = new byte[64];
        try
        {
            while (Input.ReadNext(keys) is > 0 and int count)
            {
                foreach (byte key in keys.AsSpan(0, count))
                {
                    Press(key);
                }
            }
        }
        catch (LinuxException)
        {
            // The terminal is gone, and nobody presses keys any more.
        }
    }

    private void Press(byte key)
    {
        switch (key)
        {
            case CtrlC:
                _interrupt();
                break;
            case Enter:
                _printer.Say("");
                break;
            case (byte)'w':
                Toggle();
                break;
        }
    }
}
