/** What the types of Node do not have, and those of browsers do: the client is made for both. */
type BodyInit = NonNullable<RequestInit['body']>;
