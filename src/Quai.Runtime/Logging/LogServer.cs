using Quai.Plans.Logging;

namespace Quai.Runtime.Logging;

/// <summary>Where the shim sends a container's output besides its file, and how.</summary>
public sealed record LogServer
{
    /// <summary>What the server speaks.</summary>
    public required LogTarget Target { get; init; }

    /// <summary>How it is reached.</summary>
    public required LogNetwork Network { get; init; }

    /// <summary>Where it is: tried in this order. None where a program relays.</summary>
    public IReadOnlyList<LogAddress> Addresses { get; init; } = [];

    /// <summary>The program that relays, and its arguments: see <see cref="LogNetwork.Relay"/>.</summary>
    public IReadOnlyList<string> Relay { get; init; } = [];

    /// <summary>Whether the container is only started once there is a connection.</summary>
    public bool ConnectsFirst { get; init; }

    /// <summary>What the message says if that fails; with the reason behind it if it ends with <c>connect</c>.</summary>
    public string Failure { get; init; } = "";

    /// <summary>How many bytes may wait to be sent.</summary>
    public long Buffer { get; init; } = 1 << 20;

    /// <summary>How many messages may; 0 for any number.</summary>
    public int MaximumMessages { get; init; }

    /// <summary>When lines are dropped that do not fit there.</summary>
    public LogDropping Drops { get; init; }

    /// <summary>After how many failed attempts to connect a message is given up; -1 for never.</summary>
    public int Attempts { get; init; } = -1;

    /// <summary>How long the first failed attempt is waited after.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>By how many percent each further wait is longer.</summary>
    public int Growth { get; init; } = 50;

    /// <summary>The longest wait.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long the connection is made anew; zero for never.</summary>
    public TimeSpan ReconnectsAfter { get; init; }

    /// <summary>After how long without progress the connection is given up; zero for never.</summary>
    public TimeSpan WriteTimeout { get; init; }

    /// <summary>The format's variant: see <see cref="LogTarget"/>.</summary>
    public int Variant { get; init; }

    /// <summary>The format's number.</summary>
    public int Level { get; init; }

    /// <summary>The format's first constant text.</summary>
    public ReadOnlyMemory<byte> First { get; init; }

    /// <summary>The format's second constant text.</summary>
    public ReadOnlyMemory<byte> Second { get; init; }

    /// <summary>From when on (seconds since 1970) local time is how many seconds ahead of UTC.</summary>
    public IReadOnlyList<(long Since, long Offset)> Offsets { get; init; } = [];
}
