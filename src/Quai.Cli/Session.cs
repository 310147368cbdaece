using System.Diagnostics.CodeAnalysis;
using Quai.Cli.CommandLine;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Registries;
using Quai.Cli.Streams;

namespace Quai.Cli;

/// <summary>What every command works with: the daemon, and the program's own output.</summary>
internal sealed class Session(Endpoint endpoint, TlsOptions? tls)
{
    private EngineClient? _engine;
    private EngineClient? _buildEngine;

    /// <summary>The daemon's address, as in the settings.</summary>
    private string Address => endpoint.Text;

    /// <summary>The daemon's socket on this machine; null where it is elsewhere.</summary>
    public string? SocketPath => endpoint.SocketPath;

    /// <summary>The folder of the client's settings.</summary>
    public string ConfigFolder { get; init; } = "";

    /// <summary>The client's settings; read once, when first needed.</summary>
    [AllowNull]
    public ClientConfig Settings
    {
        get => field ??= ClientConfig.LoadOrWarn(ConfigFolder);
        init;
    }

    /// <summary>Proxy variables for programs in containers, from the settings.</summary>
    public IReadOnlyList<(string Name, string Value)> Proxies => Settings.Proxies(Address);

    /// <summary>The format of a list: the option, else the settings', unless only ids are requested. Empty for the default, which is also called "table".</summary>
    /// <param name="option">The option's value.</param>
    /// <param name="setting">The name in the settings.</param>
    /// <param name="quiet">Whether only ids are requested.</param>
    public string Format(string option, string setting, bool quiet) =>
        (option.Length > 0 || quiet ? option : Settings.Setting(setting)) is var asked and not "table" ? asked : "";

    /// <summary>The daemon; connected to at first use.</summary>
    public EngineClient Engine => _engine ??= new EngineClient(endpoint, tls, blocking: true);

    /// <summary>The daemon for builds, which do several things at once: by a client that does not block.</summary>
    public EngineClient BuildEngine => _buildEngine ??= new EngineClient(endpoint, tls);

    /// <summary>Whether the user wants to be told more.</summary>
    public bool IsDebug { get; init; }

    /// <summary>Standard output.</summary>
    public Output Out { get; } = new(1);

    /// <summary>Standard error.</summary>
    public Output Error { get; } = new(2);

    /// <summary>
    /// Does the same to several objects: prints each name when it is done and each failure when it fails, and continues.
    /// </summary>
    /// <returns>0, or 1 when any failed.</returns>
    public int ForEach(IEnumerable<string> names, Action<string> action, bool print = true)
    {
        int code = 0;
        foreach (string name in names)
        {
            try
            {
                action(name);
                if (print)
                {
                    Out.WriteLine(name);
                }
            }
            catch (Exception error) when (error is DaemonException or ConnectionException)
            {
                Error.WriteLine(error.Message);
                code = 1;
            }
        }

        return code;
    }

    /// <summary>Asks the user; <paramref name="warning"/> says what will happen.</summary>
    /// <exception cref="ExitException">The user did not say yes.</exception>
    public void Confirm(string warning)
    {
        Out.Write(warning + " [y/N] ");
        using var reader = new StreamReader(new Input());
        string? answer = reader.ReadLine();
        if (answer?.Trim() is not ("y" or "Y" or "yes" or "Yes" or "YES"))
        {
            throw new ExitException(0);
        }
    }
}
