using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>Types used by several kinds of objects. Names and order of fields are those of Docker's client.</summary>
internal static class SharedTypes
{
    public static GoStructType Empty { get; } = new("Empty");

    public static GoStructType Healthcheck { get; } = new("Healthcheck",
        Texts("Test"), Number("Interval"), Number("Timeout"), Number("StartPeriod"), Number("StartInterval"), Number("Retries"));

    public static GoStructType GraphDriver { get; } = new("GraphDriver",
        TextMap("Data"), Text("Name"));

    public static GoStructType PortBinding { get; } = new("PortBinding",
        Text("HostIP", "HostIp"), Text("HostPort"));
}
