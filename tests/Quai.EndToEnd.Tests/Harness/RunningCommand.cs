using System.Diagnostics;
using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>A command that runs: write to it, wait for what it prints, end it. Disposing kills it.</summary>
public sealed class RunningCommand : IAsyncDisposable
{
    /// <summary>How long anything may take before a test gives up on it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60) * TestEnvironment.Slowness;

    private readonly Process _process;
    private readonly Task _reading;
    private readonly MemoryStream _stdout = new();
    private readonly MemoryStream _stderr = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningCommand(Process process, string line)
    {
        _process = process;
        Line = line;
        _reading = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, _stdout),
            ReadAsync(process.StandardError.BaseStream, _stderr));
    }

    /// <summary>The command line, for messages.</summary>
    public string Line { get; }

    /// <summary>Its process id.</summary>
    public int Pid => _process.Id;

    /// <summary>What it printed so far.</summary>
    public string Stdout
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(_stdout.GetBuffer(), 0, (int)_stdout.Length);
            }
        }
    }

    /// <summary>What it printed on standard error so far.</summary>
    public string Stderr
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(_stderr.GetBuffer(), 0, (int)_stderr.Length);
            }
        }
    }

    /// <summary>Starts a program with its three streams connected to the test.</summary>
    public static RunningCommand Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (environment is not null)
        {
            foreach ((string name, string value) in environment)
            {
                start.Environment[name] = value;
            }
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        return new RunningCommand(process, $"{program} {string.Join(' ', arguments)}");
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<CommandResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        ReadOnlyMemory<byte> stdin = default,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? timeout = null)
    {
        await using RunningCommand command = Start(program, arguments, environment);
        Task writing = command.WriteAndCloseAsync(stdin);
        CommandResult result = await command.WaitForExitAsync(timeout);
        await writing;
        return result;
    }

    /// <summary>Runs a line in <c>sh</c> and asserts that it succeeds.</summary>
    public static async Task<string> ShellAsync(string script, TimeSpan? timeout = null) =>
        (await RunAsync("/bin/sh", ["-c", script], timeout: timeout)).Expect().Stdout;

    /// <summary>Writes text to its stdin.</summary>
    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    /// <summary>Ends its stdin.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends it a signal by name (<c>INT</c>).</summary>
    public async Task SignalAsync(string signal) =>
        (await RunAsync("/bin/sh", ["-c", $"kill -s {signal} {Pid}"])).Expect();

    /// <summary>Waits until its standard output fulfils a condition.</summary>
    public Task<string> WaitForStdoutAsync(Func<string, bool> condition, string what) => WaitForAsync(() => Stdout, condition, what);

    /// <summary>Waits until its standard output holds a text.</summary>
    public Task<string> WaitForStdoutAsync(string text) => WaitForStdoutAsync(s => s.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>Waits until its standard error fulfils a condition.</summary>
    public Task<string> WaitForStderrAsync(Func<string, bool> condition, string what) => WaitForAsync(() => Stderr, condition, what);

    /// <summary>Waits for its end.</summary>
    public async Task<CommandResult> WaitForExitAsync(TimeSpan? timeout = null)
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(), _reading).WaitAsync(timeout ?? Patience);
        }
        catch (TimeoutException)
        {
            string report = new CommandResult(Line, -1, Bytes(_stdout), Bytes(_stderr)).ToString();
            await DisposeAsync();
            Assert.Fail($"still running after {timeout ?? Patience}\n{report}");
        }

        return new CommandResult(Line, _process.ExitCode, Bytes(_stdout), Bytes(_stderr));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the kill.
        }

        _process.Dispose();
    }

    private async Task WriteAndCloseAsync(ReadOnlyMemory<byte> stdin)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(stdin);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading it all, which is its right.
        }
    }

    private byte[] Bytes(MemoryStream stream)
    {
        lock (_gate)
        {
            return stream.ToArray();
        }
    }

    private async Task<string> WaitForAsync(Func<string> read, Func<string, bool> condition, string what)
    {
        long deadline = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            string text = read();
            if (condition(text))
            {
                return text;
            }

            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline);
            Task ended = _reading;
            if (ended.IsCompleted || left <= TimeSpan.Zero)
            {
                Assert.Fail($"{(ended.IsCompleted ? "ended" : "timed out")} before it printed {what}\n{new CommandResult(Line, -1, Bytes(_stdout), Bytes(_stderr))}");
            }

            try
            {
                await Task.WhenAny(changed, ended).WaitAsync(left);
            }
            catch (TimeoutException)
            {
                // The loop's next turn reports it.
            }
        }
    }

    private async Task ReadAsync(Stream stream, MemoryStream into)
    {
        byte[] buffer = new byte[65536];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                into.Write(buffer, 0, count);
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }
}
