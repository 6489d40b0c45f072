/** What a member's role lets them see; the server decides what it lets them do. */
import type { Member } from "../api/types";

type Of = Pick<Member, "role">;

export const administers = ({ role }: Of) => role === "operator" || role === "admin";

/** Whether they use the API, with keys of their own. */
export const develops = ({ role }: Of) => role !== "user";
