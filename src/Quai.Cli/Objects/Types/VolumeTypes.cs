using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>The types of a volume. Names and order of fields are those of Docker's client.</summary>
internal static class VolumeTypes
{
    public static GoStructType UsageData { get; } = new("UsageData",
        Number("RefCount"), Number("Size"));

    public static GoStructType Volume { get; } = new("Volume",
        Field("ClusterVolume", SharedTypes.Empty.Pointer), Text("CreatedAt"), Text("Driver"), TextMap("Labels"), Text("Mountpoint"), Text("Name"),
        TextMap("Options"), Text("Scope"), Field("Status", GoType.Anything.Map), Field("UsageData", UsageData.Pointer));
}
