namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>A device that a RUN needs.</summary>
/// <param name="Name">Its name in the container device interface, such as <c>vendor.com/gpu=0</c>.</param>
/// <param name="IsRequired">Whether the RUN fails without it.</param>
public sealed record DeviceRequest(string Name, bool IsRequired);
